import signal
import subprocess
import sys


def test_reading_tables_leaves_it_to_python_what_a_closed_pipe_does() -> None:
    program = "import signal, chaudit_network.rib.mrt; print(signal.getsignal(signal.SIGPIPE).value)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(done.stdout) == signal.SIG_IGN
