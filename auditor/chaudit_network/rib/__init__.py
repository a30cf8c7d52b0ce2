"""What a router really received: tables of FRR, of GoBGP and in MRT (RFC 6396), read into one record.

`content` gets the bytes, within bounds, `formats` tells what they are; `frr`, `gobgp` and `mrt` read them.
"""
