"""Probes of the network: what to ask is derived from the model, how to ask is here, and nothing else opens a socket."""
