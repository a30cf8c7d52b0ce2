from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from chaudit_network.exposure.place_sets import NodeSet, Place, PlaceSet

NODES = tuple(f"n{number}" for number in range(6))
SHARED = dict.fromkeys(NODES)
ADDRESS = ip_address("192.0.2.1")


def place(node: str, number: int) -> Place:
    return Place(node, ip_address(f"10.0.{NODES.index(node)}.{number}"), "eth0", "oam")


BY_NODE = {node: [place(node, number) for number in range(1 + index % 2)] for index, node in enumerate(NODES)}


@st.composite
def node_sets(draw: st.DrawFn) -> NodeSet:
    names = draw(st.lists(st.sampled_from([*NODES, "stranger"]), unique=True))
    without = draw(st.frozensets(st.sampled_from(NODES)))
    return draw(st.sampled_from([NodeSet.of(names), NodeSet(SHARED, without), NodeSet(dict(SHARED), without)]))


@given(node_sets(), node_sets())
def test_a_union_holds_what_either_holds(one: NodeSet, other: NodeSet) -> None:
    union = one | other

    assert set(union) == set(one) | set(other)
    assert len(union) == len(set(union))
    assert all(node in union for node in (*one, *other))


@given(st.lists(st.frozensets(st.sampled_from([*NODES, "stranger"])), max_size=3))
def test_a_split_parts_places_by_their_node_and_loses_none(wanted: list[frozenset[str]]) -> None:
    rest = PlaceSet.gathered(BY_NODE, SHARED)
    taken: list[Place] = []
    for nodes in wanted:
        own, rest = rest.split(nodes)
        assert {one.node for one in own} <= nodes
        assert len(own) == len(list(own))
        taken += own

    assert sorted(map(str, [*taken, *rest])) == sorted(str(one) for own in BY_NODE.values() for one in own)
    assert len(rest) == len(list(rest))
    assert {one.node for one in rest}.isdisjoint(frozenset().union(*wanted))


def test_an_address_of_a_service_is_at_every_node_it_is_routed_to() -> None:
    routed = PlaceSet.routed(SHARED, ADDRESS)

    assert [(one.node, one.address) for one in routed] == [(node, ADDRESS) for node in NODES]
    assert routed.first == Place("n0", ADDRESS, "", "")


def test_a_set_of_one_place_holds_it_and_no_other() -> None:
    single = PlaceSet.single(place("n1", 1))

    assert list(single) == [place("n1", 1)]
    assert place("n1", 1) in single
    assert place("n2", 1) not in single
    assert not single.only(lambda node: node == "n2")
