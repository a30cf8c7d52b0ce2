"""The gate: accepts what was waived, leaves out what is not new, weighs the rest and settles the exit code."""

from chaudit.gate.verdict import ExitCode, Threshold, Verdict

__all__ = ["ExitCode", "Threshold", "Verdict"]
