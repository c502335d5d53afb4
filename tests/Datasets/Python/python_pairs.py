"""Writes python-pairs.jsonl: pairs of source texts and what CPython says of them.

A line: {"a", "b", "equal"} with equal true or false by Python's ==, or null where ast.literal_eval raises for a or b
("bad" then names which). Run: python3 python_pairs.py > python-pairs.jsonl (the seed is fixed).
"""
import ast
import json
import random
import warnings

warnings.simplefilter("ignore")
rng = random.Random(20)

ATOMS = [
    "0", "1", "-1", "+1", "- 1", "2", "10", "1_000", "1000", "0x1F", "31", "0o17", "15", "0b101", "5", "00", "0_0", "007", "1__0", "1_", "0x", "0b12",
    "1.0", "1.", ".5", "0.5", "5e-1", "1e3", "1E+3", "1e999", "-1e999", "1e-999", "0.0", "-0.0", "0.1", "0.10000000000000001", "0.1e0", "3.0000000000000001",
    "9007199254740993", "9007199254740992.0", "9007199254740992", "1e22", "10000000000000000000000", "1e23", "100000000000000000000000",
    "99999999999999991611392", "123456789012345678901234567890", "1.5e300", "007.5", "08e1", "1j", "0j", "1+0j", "1 - 2j", "1+2j", "-1-2j", "2j+1", "1+2", "-(1)", "(1)", "((2))",
    "(1)+2j", "--1", "~1", "-True", "not True", "1if 1 else 2", "1 if True else 2",
    "True", "False", "None", "...", "Ellipsis", "true", "null", "nan", "inf", "set()", "set( )", "set([1])", "frozenset()", "dict()", "list()",
    "''", '""', "'a'", '"a"', "u'a'", "U'a'", "r'a'", "R'\\n'", "'\\\\n'", "'\\n'", "'\\x0a'", "'\\012'", "'\\12'", "'\\u000a'", "'\\U0000000A'", "'''\n'''", '"""a"""', "'a' 'b'", "'ab'", "'a'\"b\"",
    "'a'*2", "'a'+'b'", "'a'.upper()", "f'a'", "b'a'", "B'a'", "rb'\\n'", "bR'\\n'", "b'\\\\n'", "b'\\n'", "b'\\x0a'", "b'\\u000a'", "b'\\\\u000a'", "b'a' b'b'", "b'ab'", "b'a' 'b'", "b'\\377'", "b'\\xff'", "b'\\400'", "b'\\x00'", "'\\400'", "'\u0100'",
    "'\u00e9'", "'e\u0301'", "'\\xe9'", "'\\u00e9'", "'\U0001f600'", "'\\U0001f600'", "'\\ud83d\\ude00'", "'\\ud83d'", "b'\u00e9'", "'\\q'", "'\\\\q'", "r'\\'", "r'\\\\'", "'\\'", "'a", "a'", "'it''s'", "'it\\'s'", "\"it's\"", "'\\a\\b\\f\\v\\r\\t\\0'",
    "'\\x07\\x08\\x0c\\x0b\\x0d\\x09\\x00'", "'\\x7'", "'\\u12'", "'\\U00110000'", "'a\\\nb'", "'a\nb'", "'''a\nb'''", "'a\\nb'", "'#'", "' '", "'  '", "'\\t'", "'\t'", "ru'a'", "ub'a'",
    "[]", "()", "{}", "{1}", "(1)", "(1,)", "1,", "1, 2", "(1, 2)", "[1, 2]", "[1, 2,]", "[1 2]", "[,]", "(,)", "{,}", "[1,,2]", "(1, 2", "1)", "[1]]", "[1, 2] # end", "# only", "",
    " 1", "\t1", "\n1", "1\n", "1\n\n", "\n 1", "1 2", "1;", "1\n2", "[\n1,\n2\n]", "[1, # one\n2]", "[1\\\n, 2]", "(1\n)", "1 ,\n2", "\x0c1",
    "{1, 2}", "{2, 1}", "{1, 1.0, True}", "{1}", "{True}", "{1.0}", "{0, False, 0.0, -0.0}", "{0}", "{'a', 'b', 'c'}", "{'c', 'b', 'a'}", "{(1, 2), 3}", "{3, (True, 2.0)}", "{[1]}", "{{}}", "{{1}}", "{(1, [2])}", "{frozenset()}",
    "{1: 2}", "{1.0: 2}", "{True: 2}", "{1: 2, 3: 4}", "{3: 4, 1: 2}", "{1: 'a', 1.0: 'b'}", "{1: 'b'}", "{1: 'a', True: 'b', 1.0: 'c'}", "{True: 'c'}", "{'a': {'b': [1]}}", "{'a': {'b': [1.0]}}", "{'a': {'b': (1,)}}", "{[1]: 2}", "{{}: 1}", "{1: 2, 3}", "{1, 2: 3}", "{1: }", "{: 1}", "{**{}}", "[*[1]]", "(*[1],)",
    "[[1, [2, [3]]]]", "[[1, [2, [3.0]]]]", "([1], (2,), {3: {4}})", "([True], (2.0,), {3.0: {4.0}})", "[None, True, False]", "[None, 1, 0]", "[None, 1, False]",
    "x", "f(1)", "[x]", "[1 for i in ()]", "lambda: 1", "1 == 1", "1 < 2", "1 and 2", "a.b", "[1][0]", "{1: 2}[1]", "`1`", "1 // 2", "2 ** 3", "'a' in 'b'", "print(1)", "__import__('os')", "1:2", "a=1", "1l", "0777", "1e", "1e+", ".e1", ".", "..", "1..real", "0xg", "1 000",
    "[" * 199 + "]" * 199, "[" * 201 + "]" * 201, "1" * 4300, "1" * 4301, "0x" + "f" * 5000, "10**400", "1" + "0" * 400, "1" + "0" * 400 + "+1j", "1" + "0" * 400 + ".0",
    "'\\N{DIGIT ONE}x' if 0 else 1", "\x00", "'\x00'", "'a' # c", "1 # c\n# d", "True is True", "none", "TRUE", "yield", "await x", "(yield)", "$1", "?", "1!", "'\r'", "'''\r\n'''",
]
KEYS = ["1", "1.0", "True", "0", "False", "'a'", "\"a\"", "b'a'", "(1, 2)", "(1.0, True)", "None", "-0.0", "0.5", "2", "'1'", "''"]
VALUES = KEYS + ["[1]", "[1.0]", "{}", "{1: 2}", "{True: 2.0}", "set()", "{1, 2}", "[]", "()", "1e999", "10000000000000000000000", "1e22", "1j", "'\\x61'"]


def container(depth):
    """A random literal: its items come shuffled and respelled, so that many pairs are equal in Python and not in spelling."""
    kind = rng.choice("ltsdvvv" if depth else "ltsd")
    if kind == "v":
        return rng.choice(VALUES)
    n = rng.randint(0, 3)
    if kind == "s":
        return "{" + ", ".join(rng.choice(KEYS) for _ in range(max(n, 1))) + "}"
    if kind == "d":
        return "{" + ", ".join(rng.choice(KEYS) + ": " + container(depth - 1 if depth > 1 else 1) if depth > 1 else rng.choice(KEYS) + ": " + rng.choice(VALUES) for _ in range(n)) + "}"
    items = [container(depth - 1) if depth > 1 else rng.choice(VALUES) for _ in range(n)]
    if kind == "t":
        return "(" + ", ".join(items) + ("," if n == 1 else "") + ")"
    return "[" + ", ".join(items) + "]"


def respelled(text):
    """The same text with other blanks, quotes or numbers of the same value, or an item changed."""
    choice = rng.randint(0, 6)
    if choice == 0:
        return text.replace(", ", " ,  ")
    if choice == 1:
        return text.replace("True", "1").replace("False", "0.0")
    if choice == 2:
        return text.replace("1", "1.0", 1)
    if choice == 3:
        return text.replace("[", "(", 1).replace("]", ")", 1)
    if choice == 4:
        return repr(ast.literal_eval(text))
    if choice == 5:
        value = ast.literal_eval(text)
        if isinstance(value, dict):
            return repr(dict(reversed(list(value.items()))))
        if isinstance(value, list):
            return repr(list(reversed(value)))
    return text


def evaluate(text):
    try:
        return ast.literal_eval(text), True
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError):
        return None, False


def row(a, b):
    (x, fine_a), (y, fine_b) = evaluate(a), evaluate(b)
    if fine_a and fine_b:
        return {"a": a, "b": b, "equal": x == y}
    return {"a": a, "b": b, "equal": None, "bad": ("a" if not fine_a else "") + ("b" if not fine_b else "")}


pairs = [(atom, atom) for atom in ATOMS]
pairs += [tuple(rng.sample(ATOMS, 2)) for _ in range(700)]
near = [a for a in ATOMS if evaluate(a)[1] and len(a) < 60]
# All pairs of equal values that are spelled differently, from the whole list.
pairs += [(a, b) for i, a in enumerate(near) for b in near[i + 1:] if evaluate(a)[0] == evaluate(b)[0]]
while len(set(pairs)) < 2600:
    text = container(rng.randint(1, 3))
    if evaluate(text)[1]:
        pairs.append((text, respelled(text) if rng.random() < 0.8 else container(2)))

seen = set()
for a, b in pairs:
    if (a, b) not in seen:
        seen.add((a, b))
        print(json.dumps(row(a, b)))
