"""Exposure: every way in to the cluster, and for each class of sources whether it is open, as far as evidence carries.

`sources` says who may come, `ways` what they may come to, `placement` on which addresses, `delivery` what kube-proxy
does with them, `guard` what host policy does; `model` puts it together, once for all nodes that cannot differ.
"""
