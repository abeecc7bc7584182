from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay import text
from hearsay.errors import HearsayError

HEAD = '#import "../template.typ": *\n#let keys = ("demo.n",)\n#num("demo.n")\n'
KNOWN = {"demo.n": {}, "demo.other": {}}
FUNCTIONS = {"num", "pub", "when", "unless", "records", "plot", *text.PLAIN}


def faults(body: str, head: str = HEAD, **kwargs) -> list[str]:
    policy = {"published": {"someone.share"}, "allowed": ("ImageNet-2012",), "known_functions": FUNCTIONS} | kwargs
    try:
        text.check_chapter(head + body, "chapters/demo.typ", KNOWN, **policy)
    except HearsayError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize(
    "body",
    [
        "= Why?\nAll is well.",
        "ILSVRC2012, sha256, n02012849 and ILSVRC2012_val_00000001.JPEG are names; so is ImageNet-2012.",
        "See @fig-demo-2, @molder2021 and https://example.org/issues/1734 <sec-3>",
        "// 50 images\n/* 1,000 /* 20 */ 3 */ nothing",
        "A formula: $x_1 + 2 y^2 = sqrt(2 n)$, and $n = 2^1 - 1 /* 97 */ + 0 x$.",
        'Numbered #footnote(numbering: "(1)")[so].',
        '#import "../template.typ": *; and more.',
        '#records("demo", "cost", columns: (("a", [Share], "share"),), caption: [Words.])',
        'Others find #pub("someone.share"). #emph[So do we.]',
        '#when("demo.n")[It is so.] #unless("demo.n")[It is not.]',
        "`class_to_idx` and ```py resnet``` are code.",
        "A bracket [in the text] and \\# an escape.",
        "#let supplement = [Long.]",
        "#show: emph",
        "Two orders, three lists.",
    ],
)
def test_clean_prose_passes(body):
    assert faults(body) == []


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("There are 50,000 images.", "50,000"),
        ("= The 12 answers", "12"),
        ("It is _93.1 %_ of *all*.", "93.1"),
        ("about~50%", "50"),
        ("a 3x speed-up", "3x"),
        ("ResNet-50", "50"),
        ("#emph[at 7]", "7"),
        ('#when("demo.n")[a #emph[deep 8] b]', "8"),
        ('#records("demo", "cost", columns: (("a", [Top 5], "share"),))', "5"),
        ('#plot("demo", "f", caption: [All 9 lists.])', "9"),
        ('#link("x")[4 links]', "4"),
        ('#"hidden 60"', "60"),
        ('#emph("hidden 61")', "61"),
        ("`50 raw`", "50"),
        ("$0.93$", "0.93"),
        ("$x = 0.5$", "0.5"),
        ("$2$", "2"),
        ('$x "is" 3$', "3"),
        ("$n = 1 0 0 0$", "0"),
        ("$n = 1\\ 0$", "0"),
        ('$n = 1 "" 0$', "0"),
        ("$n = 1/**/0$", "0"),
        ("$n = 1 thin 0$", "0"),
        ("$n = upright(1)upright(0)$", "0"),
        ("$x_1000$", "1000"),
        ("$x_97.3$", "97.3"),
        ('#footnote(numbering: "97.3% 1")[so]', "97.3"),
        ('#footnote(numbering: "①")[so]', "①"),
        ('#emph("#973000")', "973000"),
        ('#import "../template.typ": *; Every list, 97.3 % of them, was wrong.', "97.3"),
        ('#import "../template.typ": * 97.3 %', "97.3"),
        ("\\5 escaped", "5"),
        ("1. a numbered item", "1"),
        ("half of it is ½", "½"),
        ("wide digits ５０", "５０"),
        ("fifty thousand images", "fifty"),
        ("a dozen lists", "dozen"),
        ("ImageNet-2012.5", "2012.5"),
        ("#let supplement = [Of 9.]", "9"),
        ("[in 3 brackets]", "3"),
    ],
)
def test_bare_number_is_named_with_its_line(body, number):
    found = faults("\n" + body)
    assert any(f"chapters/demo.typ:5: bare number {number!r}" in line for line in found), found


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("#5", "number 5 in code"),
        ("#(2 + 3)", "code in a chapter"),
        ("#{ 2 }", "code in a chapter"),
        ("#emph[a].len()", None),
        ('#emph(str("abc".len()))', "template.typ"),
        ("#let x = 3", "`#let` in a chapter"),
        ("#if true [a] else [b]", "`#if` in a chapter"),
        ("#calc.pi", "no function of template.typ"),
        ("#lorem(30)", "no function of template.typ"),
        ("#numbers", "no function of template.typ"),
        ("a \\u{35} b", "character escape"),
        ('#"\\u{35}"', "character escape"),
        ('#include "other.typ"', "`#include` in a chapter"),
        ('#import "other.typ": *', "`#import` in a chapter"),
        ('#import "../template.typ": num, entry', "`#import` in a chapter"),
        ('The share is #num("demo.n"); no more.', "write `\\;`"),
        ("#num(key)", "as a string"),
        ('#num("demo.other")', "not declared"),
        ('#num("demo.absent")', "unknown key 'demo.absent'"),
        ('#pub("nobody.share")', "unknown published figure 'nobody.share'"),
    ],
)
def test_code_and_keys(body, what):
    found = faults(body)
    assert what is None or any(what in line for line in found), found
    assert what is None or all(line.startswith("chapters/demo.typ:4: ") for line in found)


def test_keys_are_declared_known_and_used():
    assert "declared and not used" in faults("", head='#let keys = ("demo.n",)\n')[0]
    lost = faults("", head='#let keys = (\n  "demo.nn",\n)\n')
    assert len(lost) == 2 and all(line.startswith("chapters/demo.typ:2: ") for line in lost)
    assert any("did you mean 'demo.n'?" in line for line in lost)
    assert "declare the keys" in faults("Text.", head="")[0]
    assert text.declared_keys(HEAD) == ["demo.n"]


def test_every_fault_has_a_line_of_its_own():
    assert len(faults('One 11.\n\nTwo 22 and #num("demo.absent").')) == 4


@given(
    st.integers(3, 10**9),
    st.sampled_from(["It is {}.", "= A {} b", "#emph[{}]", "_{}_", "*{}*", "({})", "–{}", "~{}%"]),
)
def test_no_number_gets_through(number, frame):
    for written in (str(number), f"{number:,}", f"{number}.5"):
        assert any(repr(written) in line for line in faults(frame.format(written)))


@given(st.from_regex(r"[a-z][a-z_]*[a-z][0-9]{1,8}([a-z_]*[a-z0-9])?", fullmatch=True))
def test_names_are_no_numbers(name):
    assert text.bare_numbers(f"the {name}, and ({name})") == []


def test_template_is_read_without_its_lengths(tmp_path):
    text.check_template(
        '#let f(x) = { set text(9pt, fill: rgb("#0072b2")); [words #x] }\n#set heading(numbering: "1.1")\n'
        "// not #(90)\n#let g(x) = [#h(0.4em)#v(-2mm)#text(9pt)[a] #calc.round(x, digits: 3)]",
        "t",
    )
    for planted in (
        "#let f() = [over 90 lists]",
        '#let f() = {\n  "over 90"\n}',
        "#let f(a) = if a [one] else [90]",
        "90",
        "#let f() = [#(90)]",
        "#let f() = [#{ 90 }]",
        "#let f() = [#calc.round(90)]",
        "#let f() = [#plain( -90, 2)]",
        '#let f() = "of " + str(90)',
    ):
        with pytest.raises(HearsayError, match="bare number '90'"):
            text.check_template(planted, "t.typ")


def test_functions_of_the_template():
    assert text.functions("#let num(key) = 1\n#let ink = 2\n  #let inner(x) = 3\n") == {"num", *text.PLAIN}


def test_allow_list(tmp_path):
    path = tmp_path / "allowed.txt"
    path.write_text("# comment\n\nPython 3.11 # a version\n")
    assert text.read_allowed(path) == ("Python 3.11",)
    assert text.bare_numbers("on Python\n3.11 or 3.12", ["Python 3.11"]) == [(18, "3.12")]
    for line in ("Python 3.11", "50,000 # because", "Python 3.11 # "):
        path.write_text(line)
        with pytest.raises(HearsayError, match=r"allowed.txt:1: expected `PHRASE # REASON`"):
            text.read_allowed(path)


def test_the_allow_list_is_short():
    assert len(text.read_allowed(Path(__file__).parents[1] / "report/numbers-allowed.txt")) <= 15


@pytest.mark.parametrize(
    "source",
    [
        '"""Docstring of 2012."""\nX = 0.5',
        'c = "#0072b2"; d = f"{x:.3f} of {n:,}"; e = format(x, ",.2f")',
        'f = "{:.1%} of {n:>5}".format(x, n=y); g = "%5.2f s" % x; h = ",.3g"',
        'i = {"sha256": "n02012849"}; j = "https://example.org/38711541"',
        'k = f"{x:{width}.2f} {items[3]}"',
        'ax.plot([0, 1000]); ax.set_xlabel("place in the list")',
        'm = "The lists hold the same {classes} classes"',
        'n = "ImageNet-2012"; o = "round,pad=0.15"',
    ],
)
def test_clean_strings_pass(source):
    text.check_strings(source, "claims.py", allowed=("ImageNet-2012",))


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('"the same 1000 classes"\nx = "the same 1000 classes"', "1000"),
        ('\nx = f"{n} of 50,000"', "50,000"),
        ('\nx = f"{50} of {n}"', "50"),
        ('\nx = "a" + str(93.1)', "93.1"),
        ('\nx = "{} of 7".format(n)', "7"),
        ('\nx = "{} of".format(7)', "7"),
        ('\nx = "%d of 7" % n', "7"),
        ('\nx = "%d of" % (7,)', "7"),
        ('\nx = "50%"', "50"),
        ('\nx = "\\x35\\x30"', "50"),
        ('\nx = "at " "12 places"', "12"),
        ('\nx = "a thousand"', "thousand"),
        ('\nx = {"a": ["in 3"]}', "3"),
        ("\nx = f\"{f'in {n} of 3'}\"", "3"),
        ('\nx = "#1734"', "1734"),
        ('\nx = format(12, ",")', "12"),
    ],
)
def test_number_in_a_string(source, number):
    with pytest.raises(HearsayError, match=rf"claims\.py:2: bare number '{number}' in a string"):
        text.check_strings(source, "claims.py")


def test_places_in_braces_are_no_numbers_and_the_rest_is_held_to_the_policy():
    text.check_places({"answer.0.holds": "Of {n} lists {k} agree."}, "a.yaml")
    with pytest.raises(HearsayError) as caught:
        text.check_places({"limits": "Of {n}, 7 or twelve.", "title": "Two {"}, "a.yaml")
    assert [line.split(";")[0].split(": look")[0] for line in str(caught.value).splitlines()] == [
        "a.yaml: limits: bare number '7'",
        "a.yaml: limits: bare number 'twelve'",
        "a.yaml: title: Single '{' encountered in format string",
    ]


@pytest.mark.parametrize("place", ["{}", "{n:,}", "{n!r}", "{n.real}", "{n[0]}"])
def test_a_place_holds_a_key_and_nothing_else(place):
    with pytest.raises(HearsayError, match=r"^a\.yaml: limits: a place for a number is {KEY}, its key alone"):
        text.check_places({"limits": f"Of {place} lists."}, "a.yaml")
