"""Values of parameters come through REANA's text substitution and the shell as they were."""

from __future__ import annotations

import subprocess
from string import Template

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.executors.reana.values import document, parsed, read_document, require_passable, same
from freezeout.experiments.parameters import Parameter

_TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "",
        " ",
        "$HOME",
        "${x}",
        "$$",
        "`id`",
        "$(id)",
        "'",
        '"',
        "\\",
        'it\'s "x"\n!\n',
        "@4f1c2a end x",
        "é\u2028",
    ]
)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_ANY = st.one_of(
    st.tuples(st.just("str"), _TEXT),
    st.tuples(st.just("float"), _FLOATS),
    st.tuples(st.just("int"), st.integers(-(2**53), 2**53)),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("list[float]"), st.lists(_FLOATS, max_size=4)),
    st.tuples(st.just("list[str]"), st.lists(_TEXT, max_size=4)),
    st.tuples(
        st.just("dict"),
        st.dictionaries(
            _TEXT, st.none() | _FLOATS | _TEXT | st.lists(st.integers() | _TEXT, max_size=2), max_size=3
        ),
    ),
)


@settings(max_examples=80)
@given(st.lists(_ANY, min_size=1, max_size=4))
def test_whatever_passes_the_check_comes_through_a_shell_unchanged(said: list[tuple[str, object]]) -> None:
    declared = [Parameter(f"p{i}", kind, None) for i, (kind, _) in enumerate(said)]
    values = {f"p{i}": value for i, (_, value) in enumerate(said)}
    try:
        require_passable(declared, values)
    except InputError as error:
        assert error.code == "bad_parameter"
        return
    # as REANA's serial engine does it
    command = Template(f"cd / && cat {document(list(values), '0123456789ab')}").substitute(values)
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    found = parsed(declared, read_document(done.stdout.decode(), "0123456789ab"))
    assert list(found) == list(values)
    assert all(same(found[name], value) for name, value in values.items())


@pytest.mark.parametrize("text", ["plain", "$HOME `id` 'a' \"b\" \\ é", "two\nlines", " spaces "])
def test_usual_texts_pass(text: str) -> None:
    require_passable([Parameter("title", "str", "")], {"title": text})


def test_what_cannot_pass_is_refused_by_name() -> None:
    declared = [Parameter("title", "str", "")]
    with pytest.raises(InputError, match="the value of title"):
        require_passable(declared, {"title": "a\x00b"})
    with pytest.raises(InputError, match="parameter of the name 'σ'"):
        require_passable(declared, {"σ": "1"})
    with pytest.raises(InputError, match="give finite numbers"):
        require_passable([], {"free": {"a": [1.0, float("nan")]}})
    with pytest.raises(InputError, match="bytes of text"):
        require_passable([Parameter("m", "list[float]", [])], {"m": [0.123456789] * 20_000})
