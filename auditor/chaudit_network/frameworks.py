"""The frameworks that rules refer to. A mapping is given only where the control speaks of what the rule judges."""

from chaudit import Framework

CLUSTER_HOST_NETWORK = Framework(
    "starlingx",
    "StarlingX, The Cluster Host Network (its sentences, numbered S1 to S19 in their order)",
    "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
)
CIS = Framework(
    "cis",
    "CIS Kubernetes Benchmark v1.12",
    "https://www.cisecurity.org/benchmark/kubernetes",
)
NSA = Framework(
    "nsa",
    "NSA/CISA Kubernetes Hardening Guide v1.2",
    "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
)
NSA_NETWORK = NSA.at("Network separation and hardening")
"""The chapter of it that is about what rules judge; its chapters have titles, and no numbers."""

NIST = Framework(
    "nist",
    "NIST SP 800-53 Rev. 5",
    "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
)
