"""FRR as a router of the fabric: zebra and bgpd of its own, which speak BGP with all nodes."""

import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cluster.daemon import Daemon
from fabric.addresses import CLUSTER_ASN, FAMILIES, NODES, ROUTER_ASNS, address
from lab.namespaces import Namespaces, run

_DAEMONS = Path("/usr/lib/frr")
_SECONDS = 30.0
_ESTABLISHED = "Established"

_ROUTER = """hostname {name}
ip prefix-list nodes seq 100 permit any
ipv6 prefix-list nodes seq 100 permit any
router bgp {asn}
 bgp router-id {router_id}
 no bgp default ipv4-unicast
 no bgp ebgp-requires-policy
 bgp bestpath as-path multipath-relax
 timers bgp 2 6
"""
_NEIGHBOR = """ neighbor {address} remote-as {asn}
 neighbor {address} password {password}
 neighbor {address} timers connect 1
 neighbor {address} ttl-security hops 1
 address-family ipv{family} unicast
  neighbor {address} activate
  neighbor {address} default-originate
  neighbor {address} prefix-list nodes in
 exit-address-family
"""


class Router:
    """A router that lives as long as the ``with`` block. Its daemons run as FRR's own user, whom the folder is for."""

    def __init__(self, hosts: Namespaces, name: str, folder: Path, password: str) -> None:
        self.name = name
        self._asn = ROUTER_ASNS[name]
        self._hosts = hosts
        self._folder = folder
        self._password = password
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir()
        shutil.chown(self._folder, "frr", "frrvty")
        (self._folder / "zebra.conf").write_text(f"hostname {self.name}\n")
        (self._folder / "bgpd.conf").write_text(self._configuration())
        with ExitStack() as stack:
            for name in ("zebra", "bgpd"):
                daemon = stack.enter_context(Daemon(self._command(name), self._folder / f"{name}.log"))
                daemon.wait_until((self._folder / f"{name}.vty").exists, seconds=_SECONDS)
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _command(self, name: str) -> list[str]:
        return self._hosts.command(
            self.name,
            str(_DAEMONS / name),
            *("--user", "frr", "--group", "frr", "--log", "stdout"),
            *("--config_file", str(self._folder / f"{name}.conf"), "--pid_file", str(self._folder / f"{name}.pid")),
            *("--socket", str(self._folder / "zserv.api"), "--vty_socket", str(self._folder)),
        )

    def _configuration(self) -> str:
        head = _ROUTER.format(name=self.name, asn=self._asn, router_id=address(self.name, 4))
        neighbors = (
            _NEIGHBOR.format(address=address(node, family), asn=CLUSTER_ASN, password=self._password, family=family)
            for node in NODES
            for family in FAMILIES
        )
        return head + "".join(neighbors)

    def ask(self, *lines: str) -> str:
        """Return what the router answers to lines that are typed in one after the other."""
        return run("vtysh", "--vty_socket", str(self._folder), *(word for line in lines for word in ("-c", line)))

    def configure(self, *lines: str) -> None:
        """Change the configuration, and think again about all that was heard."""
        self.ask("configure terminal", *lines)
        self.ask("clear bgp * soft in")

    def refuse(self, prefix: str) -> None:
        """Take nothing within a prefix any more."""
        words, longest = ("ipv6", 128) if ":" in prefix else ("ip", 32)
        self.configure(f"{words} prefix-list nodes seq 5 deny {prefix} le {longest}")

    def expect(self, node: str, family: int, password: str) -> None:
        """Expect a password of a node."""
        self.configure(f"router bgp {self._asn}", f"neighbor {address(node, family)} password {password}")

    def shut(self, node: str, family: int) -> None:
        """Speak with a node no more."""
        self.configure(f"router bgp {self._asn}", f"neighbor {address(node, family)} shutdown")

    def reset(self) -> None:
        """Be again as at the beginning."""
        neighbors = [f"neighbor {address(node, family)}" for node in NODES for family in FAMILIES]
        self.configure(
            # To take back a line that is not there is an error: it gives way to one that matches nothing.
            "ip prefix-list nodes seq 5 deny 192.0.2.0/24",
            "ipv6 prefix-list nodes seq 5 deny 2001:db8::/64",
            f"router bgp {self._asn}",
            *(f"{neighbor} password {self._password}" for neighbor in neighbors),
            *(f"no {neighbor} shutdown" for neighbor in neighbors),
        )

    def established(self) -> set[str]:
        """Return the neighbours with which sessions are up and which have told all that they had to tell."""
        neighbors: dict[str, dict[str, Any]] = json.loads(self.ask("show bgp neighbors json"))
        return {
            name
            for name, one in neighbors.items()
            if one["bgpState"] == _ESTABLISHED and any(one["gracefulRestartInfo"]["endOfRibRecv"].values())
        }

    def table(self, family: int) -> str:
        """Return what the router heard of in a family, as it shows it itself."""
        return self.ask(f"show bgp ipv{family} unicast json")

    def tables(self) -> Sequence[str]:
        """Return what it heard of in each family."""
        return [self.table(family) for family in FAMILIES]
