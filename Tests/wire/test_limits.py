"""docs/limits.md: every figure is the source's, and every maximum of the sources is there."""

import pathlib
import re
import subprocess

import pytest
from conftest import BIN, ROOT

PAGE = (ROOT / "docs/limits.md").read_text()
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| .* \[(\w+)\]\(\.\./Sources/([^)]+)\) \|$", PAGE, re.M)
UNITS = {"": 1, "bytes": 1, "characters": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "s": 1, "min": 60, "h": 3600,
         "day": 86400, "days": 86400}
DECLARED = r"^\s*(?:@Option\([^)]*\) )?(?:public |private |package )?(?:static )?(?:let|var) %s(?:: [\w?.]+)? = (.+?)$"
PARAMETER = r"\b%s: (?:Int|Double\??) = ([\d._]+)"

# What bounds nothing that a user could meet: names that look like maxima, and the figures of forms and formulas.
OTHERS = {
    "FalClient/Credentials.swift minBytes", "FalClient/DownloadSink.swift startBytes", "Bridge/Uploads.swift startBytes",
    "Bridge/Uploads.swift maxRounds", "Bridge/Uploads.swift patience", "FalClient/WebhookKeys.swift lifetime",
    "Generator/Tools.swift maxDepth", "Generator/Tools.swift maxNameLength",
    "Generator/TypeTable.swift maxDepth", "JSONSchema/DomainName.swift maxLength", "JSONSchema/DomainName.swift maxLabel",
    "JSONSchema/ExactNumber.swift maxExponent", "JSONSchema/SchemaRemotes.swift maxFileBytes",
    "Recording/Redaction.swift minLearned", "JSONRPC/WireSplitter.swift maxWord",
    "LocalQueue/WebhookKey.swift maxFileBytes", "Bridge/CommandLineKey.swift maxBytes", "Models/FlatSchema.swift maxDepth",
    "Models/ToolName.swift maxLength", "fal-bridge/MCPCommand.swift maxWait", "fal-bridge/SchemaTestSuiteCommand.swift maxFileBytes",
}
NAMES = r"max[A-Z]\w*|\w*Limit|limit|capacity|highWater|retention|\w*[lL]ifetime|patience"


def value(text):
    """What an expression of Swift comes to."""
    text = text.split("//")[0].strip()
    if match := re.fullmatch(r"Turnstile\(limit: (\d+)\)", text):
        text = match[1]
    assert re.fullmatch(r"[\d_.<*+ ]+", text), text
    return eval(text.replace("_", ""))


def of_source(name, path):
    source = (ROOT / "Sources" / path).read_text()
    found = re.findall(DECLARED % name, source, re.M) or re.findall(PARAMETER % name, source)
    assert found, f"{path} has no {name}"
    return found[0].replace("maxLong", "32").replace("EventSlots.limit", "32")


def of_page(text):
    number, _, unit = text.partition(" ")
    return float(number.replace(",", "")) * UNITS[unit]


def test_the_page_is_a_table_of_figures():
    assert len(ROWS) > 130
    places = [(path, name) for _, _, name, path in ROWS]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("what, figure, name, path", ROWS, ids=[f"{path}:{name}" for _, _, name, path in ROWS])
def test_each_figure_is_the_sources(what, figure, name, path):
    assert of_page(figure) == value(of_source(name, path)), what


def test_every_maximum_is_on_the_page():
    known = {f"{path} {name}" for _, _, name, path in ROWS}
    missing = []
    for file in sorted((ROOT / "Sources").rglob("*.swift")):
        path = str(file.relative_to(ROOT / "Sources"))
        for name, text in re.findall(r"^\s*(?:public |private |package )?static let (%s)(?:: [\w.]+)? = (.+)$" % NAMES,
                                     file.read_text(), re.M):
            if re.match(r"[\d_]", text) and f"{path} {name}" not in known | OTHERS:
                missing.append(f"{path} {name} = {text}")
    assert not missing, "docs/limits.md has no row for these (or they belong to OTHERS here): " + "\n".join(missing)


def test_the_flags_on_the_page_exist():
    bridge = subprocess.run([BIN, "help"], capture_output=True, text=True).stdout
    local = "".join(p.read_text() for p in (ROOT / "Sources/fal-local").glob("*.swift"))
    for flag in set(re.findall(r"`--([a-z-]+)", PAGE)):
        if flag == "help":
            continue
        camel = re.sub(r"-(\w)", lambda m: m[1].upper(), flag)
        assert f"--{flag} " in bridge or re.search(rf"var {camel}\b", local), flag


def test_the_help_says_the_defaults_of_the_page():
    help = subprocess.run([BIN, "help"], capture_output=True, text=True).stdout
    assert re.search(r"--max-message-bytes N +.*default 67108864", help)
    assert re.search(r"--max-in-flight N +.*default 1024", help)
    assert re.search(r"--wait SECONDS +.*default 10", help)


def test_links_of_the_page_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
