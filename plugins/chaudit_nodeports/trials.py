"""Whether ways in answer as the cluster's objects say."""

from collections.abc import Sequence

from chaudit import DoesNotApplyError, Reading, Severity, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_network.exposure.trials import Standing, Trial, Trials, TriedTarget, trials
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.probes.tcp import TCP, TcpAnswer
from chaudit_network.views.unread import Unread, unread


@view(TCP.reading)
def tcp_gaps(reading: Reading[TcpAnswer]) -> Sequence[Unread]:
    """Return what was to be tried and was not; without the probe there is nothing to judge, whatever else is unread."""
    if reading.is_absent:
        raise DoesNotApplyError(reading.reason)
    return list(unread(reading))


@view(tcp_gaps, trials, ways_in)
def tried_targets(gaps: Sequence[Unread], found: Trials, ways: Ways) -> Sequence[TriedTarget | Unread]:
    """Select what was tried, what was not, and what could not be looked at, to which an answer may belong."""
    return [*found.targets, *gaps, *ways.services, *ways.pods]


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
    if undecided := [trial for trial in tried.trials if trial.standing is Standing.UNDECIDED]:
        yield Unknown(_undecided(undecided[0], len(undecided) - 1))


def _said(trial: Trial, more: int) -> str:
    whom = ", ".join(trial.sources)
    if trial.standing is Standing.REFUTED:
        return printable(f"{_at(trial)}, is open to {whom} but {trial.answer.outcome}{_rest(more)}")
    return printable(f"{_at(trial)}, is closed to {whom} but answers{_rest(more)} ({_because(trial)})")


def _undecided(trial: Trial, more: int) -> str:
    whom = ", ".join(trial.sources)
    return printable(f"{_at(trial)}, may be closed to {whom} or not{_rest(more)} ({_because(trial)})")


def _at(trial: Trial) -> str:
    place, answer = trial.ways[0][1], trial.answer
    where = f"{place.network} address" if place.network else "address"
    return f"port {answer.port} at {where} {answer.address} of {place.node}, tried from {answer.source}"


def _rest(more: int) -> str:
    return f" (and at {more} more)" if more else ""


def _because(trial: Trial) -> str:
    return "; ".join(dict.fromkeys(reason for one in trial.verdicts for reason in one.because))


def _fact(trial: Trial) -> str:
    answer = trial.answer
    return printable(f"{answer.address} port {answer.port} from {answer.source}: {answer.outcome}")
