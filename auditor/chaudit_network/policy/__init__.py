"""Calico policy, evaluated for sets of sources at once: which of them pass, which do not, and which cannot be told.

The packet's way through Felix's chains is in `chains`, a tier's policies in `evaluation`, a rule's match in `matching`.
Which policies there are is in `policies` and `pod_tiers` (`calico`, `kubernetes` and `administrators` translate them),
whom their selectors find in `resolution`, and what the policies of a pod let in in `pods`.
"""
