"""`python -m chaudit` is `chaudit`."""

from chaudit.cli.main import main

main()
