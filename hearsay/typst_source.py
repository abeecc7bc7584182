"""What a reader sees of a typst source: prose, strings and formulas told apart from code.

Reads the small part of typst that the paper is written in; whatever else it meets in a chapter is a fault.
"""

import re
import unicodedata
from collections.abc import Collection

KEYED = ("num", "digest", "when", "unless")  # template functions whose first argument is a key of results/numbers.json

URL = re.compile(r"https?://[^\s\])>\"]+")
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
NUMBERING = re.compile(r"\W*(?:[1aAiI]\W*)+")  # typst's patterns: each of these signs is counted up, the rest printed
HIDDEN = "\x00"


def is_number(char: str) -> bool:
    """Return whether Unicode counts a character among the numbers."""
    return unicodedata.category(char).startswith("N")


class TypstSource:
    """What a reader sees of a typst source, and which template functions it calls.

    `kind` has one letter a character: T text, S string in code, M maths, C code, N for what nobody reads (comments,
    colours, numbering patterns), and a blank for the rest (labels, references, names, the template's code). `strict` is
    for chapters, where code is only calls of known functions with strings, content and names; otherwise (the template)
    any code passes.
    """

    IDENT = re.compile(r"[^\W\d][\w-]*")
    LABEL = re.compile(r"<[\w.:-]+>")
    REFERENCE = re.compile(r"@\w[\w.:-]*")
    IMPORT = re.compile(r'import\s+"(?:\.\./)?template\.typ"[ \t]*:[ \t]*\*;?')
    STATEMENTS = ("let", "set", "show", "if", "for", "while", "context", "import", "include", "return", "else")
    VALUES = ("true", "false", "none", "auto")

    def __init__(self, source: str, strict: bool, functions: Collection[str]):
        self.source, self.strict, self.functions = source, strict, functions
        self.kind = ["T"] * len(source)
        self.calls: list[tuple[str, str, int]] = []  # name, first string argument, offset
        self.keys: dict[str, int] | None = None
        self.formulas: list[tuple[int, int]] = []
        self.faults: list[tuple[int, str]] = []
        self.at = 0
        while self.at < len(source):  # a stray closing bracket is typst's to report
            self.markup(closing=False)
            self.at += 1

    def seen(self, kinds: str) -> str:
        """Return the source with every character of another kind hidden."""
        return "".join(c if k in kinds else HIDDEN for c, k in zip(self.source, self.kind, strict=True))

    def hide(self, end: int, kind: str = " ") -> None:
        """Mark what lies before `end` as of one kind, and go on behind it."""
        end = min(end, len(self.source))
        self.kind[self.at : end] = kind * (end - self.at)
        self.at = end

    def fault(self, text: str) -> None:
        """Note a fault at this place."""
        self.faults.append((self.at, text))

    def match(self, pattern: re.Pattern) -> re.Match | None:
        """Match a pattern at this place."""
        return pattern.match(self.source, self.at)

    def starts(self, text: str) -> bool:
        """Whether the source goes on with `text`."""
        return self.source.startswith(text, self.at)

    def markup(self, closing: bool) -> None:
        """Read markup up to its closing bracket or the end."""
        depth = 0
        while self.at < len(self.source):
            char = self.source[self.at]
            if found := self.match(URL):
                self.hide(found.end())
            elif self.comment():
                pass
            elif char == "\\":
                if self.strict and self.starts("\\u{"):
                    self.fault("a character escape hides what is printed: write the character itself")
                self.hide(self.at + 1)
                self.at += 1
            elif char == "`":
                self.raw()
            elif char == "$":
                self.maths()
            elif (found := self.match(self.LABEL)) or (found := self.match(self.REFERENCE)):
                self.hide(found.end())
            elif char == "#":
                self.hide(self.at + 1)
                self.embedded()
            elif char == "]" and depth == 0 and closing:
                return
            else:
                depth += (char == "[") - (char == "]" and depth > 0)
                self.at += 1

    def comment(self) -> bool:
        """Read a comment, if one starts here."""
        if self.starts("//"):
            end = self.source.find("\n", self.at)
            self.hide(len(self.source) if end < 0 else end, "N")
        elif self.starts("/*"):
            start, depth = self.at, 0
            for mark in re.finditer(r"/\*|\*/", self.source[start:]):
                depth += 1 if mark.group() == "/*" else -1
                if depth == 0:
                    break
            self.hide(start + mark.end(), "N")
        else:
            return False
        return True

    def raw(self) -> None:
        """Read raw text, which is printed."""
        ticks = len(re.match("`+", self.source[self.at :]).group())
        fence = "`" * (1 if ticks == 2 else ticks)
        end = self.source.find(fence, self.at + len(fence))
        self.at = len(self.source) if end < 0 else end + len(fence)

    def maths(self) -> None:
        """Read a formula."""
        self.hide(self.at + 1)
        start = self.at
        while self.at < len(self.source) and self.source[self.at] != "$":
            char = self.source[self.at]
            if self.comment():
                pass
            elif char == '"':
                self.string("T")
            elif char == "#":
                self.hide(self.at + 1)
                self.embedded()
            else:
                self.hide(self.at + (2 if char == "\\" else 1), "M")
        self.formulas.append((start, self.at))
        self.hide(self.at + 1)

    def string(self, kind: str) -> str:
        """Read a string; return its content."""
        match = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(self.source, self.at)
        if not match:
            self.hide(len(self.source), kind)
            return ""
        if self.strict and "\\u" in match.group():
            self.fault("a character escape hides what is printed: write the character itself")
        before = self.source[: self.at].rstrip()
        if before.endswith("rgb("):
            read = COLOUR
        elif before.endswith(("numbering:", "numbering(")):
            read = NUMBERING
        else:
            read = None
        if read and read.fullmatch(match.group(1)):
            kind = "N"
        self.hide(match.end(), kind)
        return match.group(1)

    def embedded(self) -> None:
        """Read the code after a `#` in markup or maths."""
        char = self.source[self.at : self.at + 1]
        if self.strict and (found := self.match(self.IMPORT)):
            self.hide(found.end())
        elif char == "[":
            self.content()
        elif char == '"':
            self.string("T")
        elif found := self.match(self.IDENT):
            if found.group() in self.STATEMENTS:
                self.strict_statement(found.group()) if self.strict else self.statement(found.group())
            else:
                self.call(found)
        elif self.strict:
            self.fault("code in a chapter: chapters hold prose, put code into template.typ")
            self.hide(self.at + 1, "C")
        elif char in "({":
            self.group()

    def strict_statement(self, word: str) -> None:
        """Read a chapter's statement: the import or one of the three names that it gives; any other is a fault."""
        if found := self.match(re.compile(r"let\s+(keys|beside|supplement)\s*=\s*(?=[(\[])")):
            self.hide(found.end())
            if found.group(1) == "supplement":
                self.content()
            elif found.group(1) == "beside":
                self.group()
            else:
                start, before = self.at, len(self.calls)
                self.group()
                names = re.finditer(r'"([^"]*)"', self.source[start : self.at])
                self.keys = {m.group(1): start + m.start() for m in names}
                self.kind[start : self.at] = " " * (self.at - start)
                del self.calls[before:]
        elif found := self.match(re.compile(r"show:\s*(?=\w)")):
            self.hide(found.end())
            self.call(self.match(self.IDENT), shown=True)
        else:
            self.fault(f"`#{word}` in a chapter: chapters hold prose, put code into template.typ")
            end = self.source.find("\n", self.at)
            self.hide(len(self.source) if end < 0 else end, "C")

    def statement(self, word: str) -> None:
        """Read the template's code up to the end of its line, of its bracket, or of its last block."""
        while self.at < len(self.source) and self.source[self.at] not in "\n]":
            block = self.source[self.at] in "[{"
            self.code()
            if block and word in ("if", "for", "while") and not self.match(re.compile(r"\s*else\b")):
                return

    def code(self) -> None:
        """Read one piece of the template's code."""
        char = self.source[self.at]
        if self.comment():
            return
        if char == '"':
            self.string("S")
        elif char == "[":
            self.content()
        elif char in "({":
            self.group()
        elif char == "`":
            self.raw()
        elif char == "$":
            self.maths()
        elif found := (self.match(self.LABEL) or self.match(self.IDENT)):
            self.hide(found.end())
        else:
            self.hide(self.at + 1)

    def content(self) -> None:
        """Read a content block in brackets."""
        self.hide(self.at + 1)
        self.markup(closing=True)
        self.hide(self.at + 1)

    def group(self) -> list[str]:
        """Read a bracketed group; return the strings that stand in it directly."""
        self.hide(self.at + 1)
        strings = []
        while self.at < len(self.source) and self.source[self.at] not in ")}":
            char = self.source[self.at]
            if not self.strict:
                self.code()
            elif self.comment():
                pass
            elif char == '"':
                strings.append(self.string("S"))
            elif char == "[":
                self.content()
            elif char == "(":
                self.group()
            elif found := self.match(self.IDENT):
                after = self.source[found.end() : found.end() + 1]
                if after == ":" or found.group() in self.VALUES:
                    self.hide(found.end())
                else:
                    self.call(found)
            elif char.isspace() or char in ",:":
                self.hide(self.at + 1)
            else:
                if not is_number(char):
                    self.fault(f"`{char}` in a chapter's code: chapters hold prose, put code into template.typ")
                self.hide(self.at + 1, "C")
        self.hide(self.at + 1)
        return strings

    def call(self, name: re.Match, shown: bool = False) -> None:
        """Read NAME(...)[...]; in the template also fields and methods behind it."""
        start, called = self.at, False
        word = name.group()
        self.hide(name.end())
        if shown and self.starts(".with("):
            self.hide(self.at + len(".with"))
        first = ""
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "(":
                opening = self.at
                strings = self.group()
                if not called and strings:
                    first = strings[0]
                    if word in (*KEYED, "pub"):
                        self.kind[opening : self.at] = [" " if k == "S" else k for k in self.kind[opening : self.at]]
            elif char == "[":
                self.content()
            elif re.match(r"\.[^\W\d]", self.source[self.at : self.at + 2]) and not self.strict:
                self.hide(self.match(re.compile(r"\.[\w-]+")).end())
                continue
            else:
                break
            called = True
        if self.strict:
            if word not in self.functions or not (called or shown):
                self.faults.append((start, f"`{word}` is no function of template.typ: chapters hold prose"))
            if self.starts(";"):
                self.fault("typst takes the `;` behind a call for its end and does not print it: write `\\;`")
            self.calls.append((word, first, start))
