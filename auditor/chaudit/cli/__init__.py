"""The command line: the only part of chaudit that prints."""
