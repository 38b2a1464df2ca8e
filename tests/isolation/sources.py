"""The code itself: only tenants/scope.py opens a transaction, and only named rules act for a company."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.isolation.proof import Outcome

ROOT = Path(__file__).parent.parent.parent

WALKED = ("api", "schema", "tenants")
BESIDE = {
    "infra": "it starts servers, makes databases and gives the login role its password, as the administrator",
    "migrations": "they run as the owner, who is forced under row-level security and holds no context",
}

OPENS = {
    "tenants/scope.py": "the one place",
    "tenants/pool.py": "it keeps the connections that scope.py makes, and never speaks on one",
    "tenants/sample/province.py: SET LOCAL": "a province is filled with plans for many companies from the first on",
    "tenants/sample/ratings.py: SET LOCAL": "a city's results are published before the tables have statistics",
    "api/start.py: connect": "`linli demo` and `migrate` ask the administrator's server which version it is",
}
"""Files, or calls in files, that may open a connection or a transaction, each with the reason."""

ACTS = {
    "tenants/agreement.py: confirm_claim": "a community confirms a company's claimed project",
    "tenants/agreement.py: review": "a community reviews its agreement with a company",
    "tenants/change.py: carry_out": "it is how what a regulator decides is done, and calling it is acting",
    "tenants/check_in.py: confirm": "a community confirms that a company's lead checked in",
    "tenants/company.py: enrol": "the platform enrols a company and writes its first member and journal",
    "tenants/company.py: set_status": "the platform suspends a company and journals it with the company",
    "tenants/credit/decision.py: decide": "a regulator decides about a company's credit record",
    "tenants/credit/decision.py: replace": "as decide, where one record ends and another takes its place",
    "tenants/credit/notice.py: draft": "a regulator drafts a company's credit record",
    "tenants/credit/publication.py: publish": "the platform, not the company, writes what is public of its credit",
    "tenants/credit/publication.py: withdraw": "the platform ends the score of a company that leaves it",
    "tenants/division.py: _companies": "the platform asks which companies a division's regulator sees",
    "tenants/division.py: _move_companies": "a division that moves takes the reach of its companies along",
    "tenants/estate.py: update": "an estate that moves takes the reach of the company that serves it along",
    "tenants/interview.py: cancel": "a regulator cancels an interview with a company",
    "tenants/interview.py: hold": "a regulator files the minutes of an interview with a company",
    "tenants/interview.py: plan": "a regulator plans an interview with a company",
    "tenants/issue.py: escalate": "a regulator passes a company's issue on to the next level",
    "tenants/issue.py: raise_issue": "a regulator raises an issue at an estate that a company serves",
    "tenants/issue.py: supervise": "a regulator puts a company's issue under supervision",
    "tenants/party/advisor.py: assign": "a regulator sends a company an advisor",
    "tenants/party/advisor.py: end": "a regulator ends the assignment of an advisor it sent",
    "tenants/rating/case.py: decide": "a regulator decides whether a company's case takes part in a rating",
    "tenants/rating/case.py: nominate": "a regulator nominates companies' projects for a rating",
    "tenants/rating/case.py: step": "a rating's step is noted on companies' cases",
    "tenants/rating/objection.py: correct": "a regulator corrects a company's published result",
    "tenants/rating/objection.py: decide_objection": "a regulator decides about a company's objection to its result",
    "tenants/rating/publication.py: _names": "results are published with the names of the companies they are of",
    "tenants/rating/publication.py: publish": "the platform, not a regulator, makes results public",
    "tenants/rating/result.py: next_edition": "the next edition of a company's result is written beside the last",
    "tenants/rating/result.py: score_cycle": "a regulator has a rating's cases scored, company by company",
    "tenants/rating/sheet.py: appoint": "which regulator a division has, the platform knows",
    "tenants/rating/sheet.py: appoint_peer": "a regulator lets a company evaluate others, anonymously",
    "tenants/rating/sheet.py: require_unasked": "which surveys a rating has, its organiser knows",
    "tenants/rating/sheet.py: score": "a regulator evaluates a company's case",
    "tenants/rectification.py: confirm": "a regulator confirms that a company put right what it was told to",
    "tenants/rectification.py: issue": "a regulator orders a company to put something right",
    "tenants/rectification.py: send_back": "a regulator returns a company's answer to an order",
    "tenants/red_black_list/grounds.py: _lifted": "the platform, not a regulator, notes that an entry left a list",
    "tenants/red_black_list/preparation.py: enter": "a regulator enters a company on a list",
    "tenants/red_black_list/preparation.py: strike": "a regulator takes a company off a list in preparation",
    "tenants/red_black_list/publication.py: _content": "a list is published with the names of the companies on it",
    "tenants/red_black_list/publication.py: _end": "the platform, not a regulator, ends a list that is published",
    "tenants/red_black_list/publication.py: _next": "the next edition of a list has its companies' entries",
    "tenants/red_black_list/publication.py: propose_withdrawal": "a regulator proposes that a company's entry ends",
    "tenants/red_black_list/publication.py: withdraw": "a list that a regulator takes back ends its companies' entries",
    "tenants/red_black_list/publication.py: withdraw_entry": "another member ends the entry of a company as proposed",
    "tenants/red_black_list/publicity.py: decide": "a regulator decides about a company's objection to its entry",
    "tenants/red_black_list/publicity.py: publicise": "a regulator tells companies that they stand on a list",
    "tenants/sample/company.py: write": "sample data is written as the company it belongs to",
    "tenants/sample/province.py: _adopted": "sample data has its schemes from the regulator they belong to",
    "tenants/sample/ratings.py: begin": "sample data has its ratings from the regulator they belong to",
    "tenants/sample/ratings.py: publish": "sample data has its ratings published by the regulator they belong to",
    "tenants/sample/ratings.py: _lists": "sample data has its lists from a regulator, and their entries of companies",
    "tenants/sample/registers.py: campaign": "sample data has its campaign from the regulator it belongs to",
    "tenants/sample/registers.py: keep": "sample data has its committees and subsidies from a regulator",
    "tenants/sample/supervision/credit.py: score": "sample data asks a regulator for its companies",
    "tenants/sample/supervision/rectification.py: _items": "sample data asks a company what it was told to put right",
    "tenants/sample/supervision/story.py: does": "sample data has each step taken by the company or regulator it is of",
    "tenants/sample/supervision/story.py: firm_of": "sample data asks a company for its administrator and projects",
    "tenants/scope.py: acting_for": "it is how acting for a company is done",
    "tenants/subsidy.py: pass_on": "the platform, not a company, notes who reads a subsidy",
    "tenants/survey/conduct.py: _begin": "the platform, not a regulator, puts up the tally that answers are added to",
    "tenants/survey/conduct.py: _end": "the platform takes a tally down when its survey closes",
    "tenants/take_over.py: confirm": "a regulator's decision ends one company's project and starts another's",
    "tenants/take_over.py: refuse": "a regulator's decision is noted on the company's request",
    "tenants/whistle.py: _step": "a regulator or a unit takes a whistle about a company's project on",
    "tenants/whistle.py: blow": "a community calls units to a project that a company serves",
    "tenants/whistle.py: report": "a unit that was called reports at a company's project",
}
"""The functions that may take a company's role inside another's transaction, each with the reason."""

_CALLS = {
    "acquire",
    "begin_nested",
    "begin_twophase",
    "commit",
    "connect",
    "create_async_engine",
    "create_engine",
    "create_pool",
    "rollback",
    "transaction",
}
_SQL = re.compile(
    r"\s*(BEGIN|START\s+TRANSACTION|COMMIT|END\s*;|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|DISCARD|LISTEN|NOTIFY|COPY"
    r"|SET\s+(LOCAL|SESSION|ROLE|linli\.|TRANSACTION)|RESET\s|DECLARE\s|LOCK\s+TABLE)\b"
)
_ANYWHERE = re.compile(
    r"\b(set_config|dblink|pg_advisory_lock|lo_create|lo_from_bytea)\s*\(|WITH\s+HOLD", re.IGNORECASE
)


def opened(root: Path = ROOT) -> Iterator[Outcome]:
    """I9: no other module opens a connection or a transaction, changes a role or a setting, or outlives a transaction.

    A call counts by its name and a SQL text by its first word, so a new way in is found without knowing its module.
    """
    used: set[str] = set()
    for path, tree in modules(root):
        found = [*_calls(tree, _CALLS), *_texts(tree)]
        for what, line in found:
            allowed = [key for key in OPENS if key in (path, f"{path}: {what}")]
            used.update(allowed)
            yield Outcome(
                "I9", f"{path}:{line}", None if allowed else f"{path}:{line} {what} opens or changes a transaction"
            )
        yield Outcome("I9", path)
    for key in OPENS.keys() - used:
        yield Outcome("I9", key, f"{key} is allowed to and does not: strike it off")


def acting(root: Path = ROOT) -> Iterator[Outcome]:
    """I9: taking another's role inside a transaction is for the rules named here."""
    used: set[str] = set()
    for path, tree in modules(root):
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for what, line in _calls(function, {"acting_for", "acting_as", "carry_out"}):
                    key = f"{path}: {function.name}"
                    used.add(key)
                    wrong = None if key in ACTS else f"{path}:{line} {function.name} calls {what}"
                    yield Outcome("I9", f"{path}:{line}", wrong)
    for key in ACTS.keys() - used:
        yield Outcome("I9", key, f"{key} is allowed to act for a company and does not: strike it off")


def modules(root: Path = ROOT) -> Iterator[tuple[str, ast.Module]]:
    """Every module that is walked, parsed."""
    for package in WALKED:
        for file in sorted((root / package).rglob("*.py")):
            yield str(file.relative_to(root)), ast.parse(file.read_text())


def _calls(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, int]]:
    """Calls of these names, and mentions of them that could become calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            yield node.attr, node.lineno
        elif isinstance(node, ast.Name) and node.id in names:
            yield node.id, node.lineno


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """SQL that begins, ends or outlives a transaction, in any text that is not a docstring."""
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values[1:]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            begun = _SQL.match(node.value) if id(node) not in inside else None
            if found := begun or _ANYWHERE.search(node.value):
                yield " ".join(found[0].split()), node.lineno
