"""Whether ways in answer as the cluster's objects say."""

from collections.abc import Sequence

from chaudit import DoesNotApplyError, Reading, Severity, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_network.exposure.trials import Standing, Trial, Trials, TriedTarget, trials
from chaudit_network.probes.tcp import TCP, TcpAnswer
from chaudit_network.views.unread import Unread, unread


@view(TCP.reading)
def tcp_gaps(reading: Reading[TcpAnswer]) -> Sequence[Unread]:
    """Return what was to be tried and was not; without the probe there is nothing to judge, whatever else is unread."""
    if reading.is_absent:
        raise DoesNotApplyError(reading.reason)
    return list(unread(reading))


@view(tcp_gaps, trials)
def tried_targets(gaps: Sequence[Unread], found: Trials) -> Sequence[TriedTarget | Unread]:
    """Select what was tried, and what was not."""
    return [*found.targets, *gaps]


@rule(
    "NPT-025",
    "What answers is what the cluster's objects say is open",
    severity=Severity.HIGH,
    each=tried_targets,
    remediation="Where something answers that should not, find out what listens there and by which way packets get to "
    "it: `chaudit exposure --json` has the reasons why it should be closed. Where nothing answers that should, look "
    "for a firewall on the way, then at the endpoints themselves.",
    references=(
        "https://kubernetes.io/docs/reference/networking/virtual-ips/",
        "https://docs.tigera.io/calico/latest/network-policy/hosts/host-forwarded-traffic",
    ),
)
def ways_in_answer_as_expected(tried: TriedTarget | Unread) -> Verdicts:
    """Objects say what was asked for, packets say what is.

    A port that answers although host or pod policy closes it means that something is not enforced: another rule comes
    first, the data plane is not the one that was configured, or a process has the port that nobody declared. A port
    that stays silent although it is open means a firewall in front of the cluster, or a service that does not work.
    """
    if isinstance(tried, Unread):
        yield Unknown(tried.reason)
        return
    for standing in (Standing.CONTRADICTED, Standing.REFUTED):
        if own := [trial for trial in tried.trials if trial.standing is standing]:
            yield Violation(
                _said(own[0], len(own) - 1),
                {"tried": [_fact(trial) for trial in own]},
                severity=None if standing is Standing.CONTRADICTED else Severity.INFO,
            )


def _said(trial: Trial, more: int) -> str:
    place, answer = trial.ways[0][1], trial.answer
    where = f"{place.network} address" if place.network else "address"
    at = f"port {answer.port} at {where} {answer.address} of {place.node}, tried from {answer.source}"
    rest = f" (and at {more} more)" if more else ""
    whom = ", ".join(trial.sources)
    if trial.standing is Standing.REFUTED:
        return printable(f"{at}, is open to {whom} but {answer.outcome}{rest}")
    because = "; ".join(dict.fromkeys(reason for one in trial.verdicts for reason in one.because))
    return printable(f"{at}, is closed to {whom} but answers{rest} ({because})")


def _fact(trial: Trial) -> str:
    answer = trial.answer
    return printable(f"{answer.address} port {answer.port} from {answer.source}: {answer.outcome}")
