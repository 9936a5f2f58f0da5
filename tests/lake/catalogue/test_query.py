"""The grammar of searches: what is written is what is meant, and faults are pointed at."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.lake.catalogue.matching import fits
from freezeout.lake.catalogue.query import All, Any_, Part, Query, Term, glob, parse, plain, quoted

OPERATORS = ("=", "!=", ">", ">=", "<", "<=")
keys = st.text(min_size=1, max_size=8).filter(
    lambda k: "." not in k and k not in ("name", "scope", "type") and k not in ("created_at",)
)
texts = st.text(max_size=10).map(quoted)
patterns = st.lists(st.one_of(st.just("*"), texts), max_size=4).map("".join)
numbers = st.one_of(
    st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
terms = st.one_of(
    st.builds(Term, keys, st.sampled_from(("=", "!=")), st.one_of(patterns, numbers, st.booleans())),
    st.builds(Term, keys, st.sampled_from(OPERATORS), st.one_of(texts, numbers)),
    st.builds(Term, st.sampled_from(("name", "scope")), st.sampled_from(("=", "!=")), patterns),
    st.builds(Term, st.just("type"), st.just("="), st.sampled_from(("file", "dataset", "container"))),
)


def joined(kind: type[All] | type[Any_], parts: list[Part]) -> Part:
    flat: list[Part] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


trees = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: joined(All, parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: joined(Any_, parts)),
    ),
    max_leaves=5,
)


@given(trees)
def test_a_search_in_its_normal_form_reads_as_the_same_search(tree: Part) -> None:
    query = Query(tree)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        assert parse(str(parse(text))) == parse(text)
    except InputError as error:
        assert error.code == "bad_query"
        assert "▸" in error.message or "alternatives" in error.message


@given(trees, st.data())
def test_the_alternatives_mean_what_the_tree_means(tree: Part, data: st.DataObject) -> None:
    leaves = list(dict.fromkeys(_leaves(tree)))
    truth = {leaf: data.draw(st.booleans()) for leaf in leaves}

    def holds(part: Part) -> bool:
        if isinstance(part, Term):
            return truth[part]
        return (all if isinstance(part, All) else any)(holds(one) for one in part.parts)

    assert holds(tree) == any(all(truth[t] for t in some) for some in Query(tree).alternatives())


def _leaves(part: Part) -> list[Term]:
    return [part] if isinstance(part, Term) else [leaf for one in part.parts for leaf in _leaves(one)]


@given(st.text(max_size=20))
def test_a_quoted_text_fits_itself_and_nothing_else(text: str) -> None:
    pattern = quoted(text)
    assert plain(pattern) == text
    assert glob(pattern).fullmatch(text)
    assert not glob(pattern).fullmatch(text + "x")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("  , ", ""),
        ("limit", "name=*limit*"),
        ("lim*", "name=lim*"),
        ("darkside50:acc*", "scope=darkside50 AND name=acc*"),
        ("a=1 b=2", "a=1 AND b=2"),
        ("a=1,b=2", "a=1 AND b=2"),
        ("a = 1 and b>=2.5e-3", "a=1 AND b>=0.0025"),
        ("a==1", "a=1"),
        ('a="1"', 'a="1"'),
        ("a='x y'", 'a="x y"'),
        ("a=TRUE b=False", "a=true AND b=false"),
        ('a="true"', 'a="true"'),
        ("a=1 OR b=2 c=3", "a=1 OR b=2 AND c=3"),
        ("(a=1 OR b=2) c=3", "(a=1 OR b=2) AND c=3"),
        ("((a=1))", "a=1"),
        ("type=DATASET", "type=dataset"),
        ("and=1 or=2", '"and"=1 AND "or"=2'),
        ('"or"', "name=*or*"),
        ("rho_dm!=0.30", "rho_dm!=0.3"),
        ("a=2026-05-31", "a=2026-05-31"),
        (r"a=x\*y", r'a="x\*y"'),
    ],
)  # fmt: skip
def test_what_is_written_is_what_is_meant(text: str, normal: str) -> None:
    assert str(parse(text)) == normal


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a=", 2, "value is missing"),
        ("a=1 AND", 7, "condition is missing"),
        ("(a=1", 4, "')' is missing"),
        ("a=1)", 3, "without its '('"),
        ("=1", 0, "key before it"),
        ("a.b=1", 0, "no dot"),
        ("a*=1", 0, "no star"),
        ('a="x', 2, "quote without its end"),
        ("NOT a=1", 0, "NOT is not known"),
        ("a=1 OR OR b=2", 7, "condition is missing"),
        ("name>b", 5, "by = and != only"),
        ("type=folder", 5, "types are"),
        ("a>true", 2, "true and false"),
        ("a>b*", 2, "star goes"),
        ("a=1e999", 2, "too large"),
        ("()", 1, "condition is missing"),
    ],
)
def test_a_fault_is_pointed_at(text: str, place: int, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert error.value.code == "bad_query"
    assert f"{text[:place]}▸{text[place:]}" in error.value.message
    assert said in error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "a",
        " ".join(f"(a={i} OR b={i})" for i in range(20)),
        "a=1 " * 2000,
        "a=" + "9" * 5000,
        "a=1 OR " * 500 + "a=1",
    ],
)
def test_a_search_that_would_take_for_ever_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert error.value.code == "bad_query"


KNOWN = (None, True, False, "true", "True", 0, 1, 0.3, "0.3", "a*b", "", [1, "x"], {"a": 1}, 10**400, "é")
ASKED = (True, False, 0, 1, 0.3, "true", "0.3", "*", r"a\*b", "", "x", "é")


@pytest.mark.parametrize(("known", "asked"), list(itertools.product(KNOWN, ASKED)))
def test_what_has_a_value_is_equal_or_unequal_and_never_both(known: object, asked: object) -> None:
    columns, own = {"did_type": "FILE"}, {"k": known}
    equal = fits(columns, own, [Term("k", "=", asked)])  # type: ignore[arg-type]
    unequal = fits(columns, own, [Term("k", "!=", asked)])  # type: ignore[arg-type]
    assert (equal, unequal) != (True, True) or isinstance(known, list)
    assert (equal or unequal) == (known is not None)


@pytest.mark.alone
def test_a_search_of_many_words_is_read_quickly() -> None:
    words = random.Random(1)
    parse(" AND ".join(f"k{words.randrange(10)}>{words.random()}" for _ in range(150)))
