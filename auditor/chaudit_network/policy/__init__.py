"""Calico policy, evaluated for sets of sources at once: which of them pass, which do not, and which cannot be told.

The packet's way through Felix's chains is in `chains`, a tier's policies in `evaluation`, a rule's match in `matching`.
"""
