"""BIRD on a node: run, told of new configuration, and asked for its sessions."""

from collections.abc import Mapping
from pathlib import Path

from cluster.daemon import Daemon
from lab.namespaces import Namespaces, run

_SECONDS = 30.0
ESTABLISHED = "Established"


class Bird:
    """A BIRD on one node, which may be ended and started again."""

    def __init__(self, hosts: Namespaces, node: str, folder: Path) -> None:
        self.node = node
        self._configuration = folder / f"bird-{node}.conf"
        self._socket = folder / f"bird-{node}.ctl"
        command = ["bird", "-f", "-c", str(self._configuration), "-s", str(self._socket)]
        self._daemon = Daemon(hosts.command(node, *command), folder / f"bird-{node}.log")
        self.is_running = False

    def configure(self, text: str) -> None:
        """Run it with a configuration; where it runs already it keeps the sessions that did not change.

        Raises:
            CommandError: BIRD refuses the configuration.
            DaemonError: It does not start.
        """
        self._configuration.write_text(text)
        if self.is_running:
            self.ask("configure")
            return
        run("bird", "-p", "-c", str(self._configuration))
        self._daemon.__enter__()
        self.is_running = True
        self._daemon.wait_until(self._socket.exists, seconds=_SECONDS)

    def stop(self, *, at_once: bool = False) -> None:
        """End it, at once or with a farewell to its neighbours."""
        if self.is_running:
            self.is_running = False
            if at_once:
                self._daemon.kill()
            self._daemon.__exit__(None, None, None)
            self._socket.unlink(missing_ok=True)

    def ask(self, *words: str) -> str:
        """Return what BIRD answers."""
        return run("birdc", "-s", str(self._socket), *words)

    def states(self) -> Mapping[str, str]:
        """Return the state of each session by the neighbour's address; none where BIRD does not run."""
        found: dict[str, str] = {}
        if not self.is_running:
            return found
        state = ""
        for line in self.ask("show", "protocols", "all").splitlines():
            key, _, value = line.strip().partition(":")
            if key == "BGP state":
                state = value.strip()
            elif key == "Neighbor address":
                found[value.strip()] = state
        return found
