"""Who may do what to which rows, said a second time and without looking at the policies.

The rule for a company's table needs no entry: its company may work on its own rows, nobody else on any. Every other
way in is listed here with its reason. A table of the registry that is not listed, or a grant that no rule speaks of,
fails the proof.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.isolation.catalogue import PUBLIC, REGULATOR, TENANT, WORKER, Command, Table
from tests.isolation.rows import Row
from tests.isolation.world import Context


@dataclass(frozen=True, slots=True)
class Rule:
    """The rows on which a command is allowed, the columns that decide it, and why.

    Where more is asked of a row as it is written, `becomes` says it, and `written` names the columns that decide it.
    What is `public` may be known to exist by whoever has the role.
    """

    reason: str
    columns: tuple[str, ...]
    holds: Callable[[Row, Context], bool]
    everything: bool = False
    public: bool = False
    written: tuple[str, ...] = ()
    becomes: Callable[[Row, Context], bool] | None = None

    def takes(self, row: Row, who: Context) -> bool:
        """Whether a row may be written like this."""
        return (self.becomes or self.holds)(row, who)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _own(row: Row, who: Context) -> bool:
    return who.tenant_id is not None and row["tenant_id"] == who.tenant_id


def _within(row: Row, who: Context) -> bool:
    return who.division_path is not None and row["division_path"].startswith(who.division_path)


def _reached(row: Row, who: Context) -> bool:
    return who.division_path is not None and who.division_path in row["reach"]


def _serves(row: Row, who: Context) -> bool:
    return who.tenant_id is not None and row["serving_tenant_id"] == who.tenant_id


def _free(row: Row, who: Context) -> bool:
    return who.tenant_id is not None and row["serving_tenant_id"] in (None, who.tenant_id)


def _published_to(row: Row, who: Context) -> bool:
    return _serves(row, who) and row["published_on"] is not None


def _surveyed(row: Row, who: Context) -> bool:
    return bool(who.survey) and row["locator"] == who.survey


OWN = Rule("a company works on its own rows", ("tenant_id",), _own)
WITHIN = Rule("a regulator's reach is its division's subtree", ("division_path",), _within)
REACHED = Rule("a regulator sees the companies that work in its division", ("reach",), _reached)


def _for_a_purpose(rule: Rule) -> Rule:
    return replace(
        rule, reason=f"{rule.reason}, for a purpose", holds=lambda row, who: bool(who.purpose) and rule.holds(row, who)
    )


def _everything(reason: str) -> Rule:
    return Rule(reason, (), lambda row, who: True, everything=True)


_FACTS = _everything("divisions are public facts")
_LOADS = _everything("the platform loads and changes the divisions")
_ENROLS = _everything("one code, one company: only enrolment, the platform's own work, may look")
_KEEPS = _everything("the platform founds the registry: estates, regulators and their members")
_WORKS = _everything("when the platform's own jobs run next; it names no company and holds no row of one")
_PUBLIC_REGISTER = _everything("which estates there are and who serves them is public knowledge")
_TELLS = _everything("the platform journals what it does to the registry")
_THRESHOLDS = _everything("what a division has set, and by which categories it sorts, is for everybody it binds")
_RULES = _everything("by which rules a division scores is for everybody it scores; published, nobody changes them")
_ORGANISED = _everything("which Party organisations there are is public knowledge; nobody is named")
_STANDS = _everything("a company's credit is public: score, grade and records in force; no natural person's by default")
_RATES = _everything("the platform alone writes what is public of a company's credit")
_PUBLISHES = _everything("the platform publishes figures, and alone knows what they were put together from")
_LOGS = _everything("the platform writes down which regulator read a company's rows")
_RATED = Rule(
    "which ratings a division runs, and by which scheme, is for everybody whom it may rate, once it is open",
    ("state",),
    lambda row, who: row["state"] != "DRAFT",
    public=True,
)


def _knows(row: Row, who: Context) -> bool:
    return bool(row["state"] != "DRAFT" or row["regulator_id"] == who.regulator_id)


_RATES_OR_DRAFTS = replace(
    _RATED,
    reason=f"{_RATED.reason}; a draft is for the regulator that drafts it",
    columns=("state", "regulator_id"),
    holds=_knows,
)
_TAKES_ON = Rule(
    "a regulator takes the ratings of its division from step to step, but for another's drafts",
    ("division_path", "state", "regulator_id"),
    lambda row, who: _within(row, who) and _knows(row, who),
)
_DISCARDS = Rule(
    "a regulator deletes its own drafts of ratings",
    ("state", "regulator_id"),
    lambda row, who: row["state"] == "DRAFT" and _knows(row, who),
)
_EVALUATES = _everything("which regulators evaluate in a rating is no secret among regulators")
_ANNOUNCED = _everything("published results of a rating are for everybody")
_ANNOUNCES = _everything("the platform alone publishes results")
_ON_LISTS = _everything("a red or black list names no company until it is published, and is public then")
_ENDS = _everything("the platform notes on a red or black list that it or an entry of it ended, and nothing else")
_STANDING = Rule(
    "what a red or black list says is public while it stands",
    ("ended_on",),
    lambda row, who: row["ended_on"] is None,
    public=True,
)
_PROCLAIMED = Rule(
    "a published list is public while it stands, but for one of natural persons",
    ("ended_on", "published_on", "subject"),
    lambda row, who: row["ended_on"] is None and row["published_on"] is not None and row["subject"] != "PROJECT_LEAD",
)
_PREPARES = Rule(
    "a regulator works on the lists of its division until they are published",
    ("division_path", "published_on"),
    lambda row, who: _within(row, who) and row["published_on"] is None,
    becomes=lambda row, who: _within(row, who) and (row["published_on"] is None or row["state"] == "PUBLISHED"),
)
_ITSELF = Rule("a regulator sees itself", ("id",), lambda row, who: row["id"] == who.regulator_id)
_ITS_MEMBERS = Rule(
    "a regulator sees its own members", ("regulator_id",), lambda row, who: row["regulator_id"] == who.regulator_id
)
_PUBLISHED = Rule(
    "a company sees what is published of the surveys of its estates",
    ("serving_tenant_id", "published_on"),
    _published_to,
)
_ASKED = Rule("who has a survey's link sees what it asks, and adds to its tally", ("locator",), _surveyed)
_ANSWERS = Rule(
    "who has a survey's link uses the one slip that it names",
    ("token_digest",),
    lambda row, who: bool(who.slip) and row["token_digest"] == who.slip,
)
_TALLIES = _everything("the platform puts tallies up and takes them down at the close; no regulator reads one")
_REPORTS = Rule(
    "a company may report an estate that it serves; a regulator confirms it",
    ("serving_tenant_id", "registry_state"),
    lambda row, who: _serves(row, who) and row["registry_state"] == "REPORTED",
)
_TAKES_UP = Rule(
    "a company may mark an estate as served by itself or by nobody, never one that another serves",
    ("serving_tenant_id",),
    _free,
)

_PAID = Rule("a company sees what is paid for the estates that it serves", ("serving_tenant_id",), _serves)
_PASSES_ON = _everything("the platform lets who serves an estate now read what is paid for it")

_SCORED = Rule(
    "a regulator reads the score sheets it wrote; the organiser of the rating all, once it is scored",
    ("regulator_id",),
    lambda row, who: (
        row["regulator_id"] == who.regulator_id or (_within(row, who) and row["disclosure"] != "EVALUATORS")
    ),
)
_REVIEWED = Rule(
    "the organiser of a rating, and those above it, read what peers answered once it is scored",
    ("division_path", "disclosure"),
    lambda row, who: _within(row, who) and row["disclosure"] != "EVALUATORS",
)

# Tenant tables into which somebody besides the company itself may look.
_OTHERS: dict[tuple[str, str], dict[Command, Rule]] = {
    ("agreement", REGULATOR): {"SELECT": WITHIN},
    ("check_in", REGULATOR): {"SELECT": WITHIN},
    ("claimed_project", REGULATOR): {"SELECT": WITHIN},
    ("interview", REGULATOR): {"SELECT": WITHIN},
    ("issue", REGULATOR): {"SELECT": WITHIN},
    ("lead_report", REGULATOR): {"SELECT": WITHIN},
    ("open_day", REGULATOR): {"SELECT": WITHIN},
    ("open_day_photo", REGULATOR): {"SELECT": WITHIN},
    ("opinion", REGULATOR): {"SELECT": WITHIN},
    ("company", REGULATOR): {"SELECT": REACHED},
    ("credit_record", REGULATOR): {"SELECT": WITHIN},
    ("credit_score", REGULATOR): {"SELECT": WITHIN},
    ("development_quota", REGULATOR): {"SELECT": WITHIN},
    ("party_advisor", REGULATOR): {"SELECT": WITHIN},
    ("party_coverage_survey", REGULATOR): {"SELECT": WITHIN},
    ("party_organisation", REGULATOR): {"SELECT": WITHIN},
    ("project", REGULATOR): {"SELECT": WITHIN},
    ("rating_case", REGULATOR): {"SELECT": WITHIN},
    ("rating_peer_review", REGULATOR): {"SELECT": _REVIEWED},
    ("rating_result", REGULATOR): {"SELECT": WITHIN},
    ("rating_sheet", REGULATOR): {"SELECT": _SCORED},
    ("rectification_item", REGULATOR): {"SELECT": WITHIN},
    ("rectification_order", REGULATOR): {"SELECT": WITHIN},
    ("red_black_entry", REGULATOR): {"SELECT": WITHIN},
    ("take_over", REGULATOR): {"SELECT": WITHIN},
    ("whistle", REGULATOR): {"SELECT": WITHIN},
    ("whistle_unit", REGULATOR): {"SELECT": WITHIN},
    ("due", REGULATOR): {"SELECT": WITHIN},  # as regulatory_due, which is due without Party work
    ("regulatory_due", REGULATOR): {"SELECT": WITHIN},
    ("access_entry", WORKER): {"INSERT": _LOGS},
    ("company", WORKER): {"SELECT": OWN, "INSERT": OWN, "UPDATE": OWN},
}


def _opened(row: Row, who: Context) -> bool:
    return (
        _own(row, who)
        and who.actor_id is not None
        and row["opened_by"] == who.actor_id
        and row["opened_until"] > _now()
    )


def _on_file(row: Row, who: Context) -> bool:
    return _own(row, who) and who.file_id is not None and row["file_id"] == who.file_id


# Rows of its own that not even the company itself reaches as it likes.
_CLOSER: dict[str, dict[Command, Rule]] = {
    "party_file_access": {
        "INSERT": Rule(
            "who opens a Party file is entered in the log by who does it, for a time that ends soon",
            ("tenant_id",),
            _own,
            written=("actor_id", "expires_at"),
            becomes=lambda row, who: (
                _own(row, who)
                and who.actor_id is not None
                and row["actor_id"] == who.actor_id
                and row["expires_at"] <= _now() + dt.timedelta(hours=1)
            ),
        ),
    },
    "party_person": {
        "SELECT": Rule(
            "whose Party file it is, is read by who has opened the file, while it is open",
            ("tenant_id", "opened_by", "opened_until"),
            _opened,
        ),
        "UPDATE": Rule(
            "opening a Party file names the one file, and opens it for who does it, for a time",
            ("tenant_id", "file_id"),
            _on_file,
            written=("opened_by", "opened_until"),
            becomes=lambda row, who: _on_file(row, who) and _opened(row, who),
        ),
        "DELETE": Rule("erasing a Party file names the one file", ("tenant_id", "file_id"), _on_file),
    },
}

_CLOSER["rating_result"] = {
    "SELECT": Rule(
        "a company reads its result from publicity on",
        ("tenant_id", "disclosure"),
        lambda row, who: _own(row, who) and row["disclosure"] in ("PARTIES", "EVERYBODY"),
    )
}
_CLOSER["rating_sheet"] = {
    "SELECT": Rule(
        "a company reads what evaluators answered of it once everything is published",
        ("tenant_id", "disclosure"),
        lambda row, who: _own(row, who) and row["disclosure"] == "EVERYBODY",
    )
}

_REGISTRY: dict[tuple[str, str], dict[Command, Rule]] = {
    ("campaign", REGULATOR): {"SELECT": _THRESHOLDS, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("campaign_duty", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN},
    ("committee", TENANT): {"SELECT": _PUBLIC_REGISTER},
    ("committee", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("committee", WORKER): {"SELECT": _PUBLIC_REGISTER, "INSERT": _KEEPS},
    ("committee_composition", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN},
    ("committee_composition", WORKER): {"SELECT": _PUBLISHES, "INSERT": _KEEPS},
    ("division", TENANT): {"SELECT": _FACTS},
    ("division", REGULATOR): {"SELECT": _FACTS},
    ("division", PUBLIC): {"SELECT": _FACTS},
    ("division", WORKER): {"SELECT": _FACTS, "INSERT": _LOADS, "UPDATE": _LOADS},
    ("division_change", TENANT): {"SELECT": _FACTS},
    ("division_change", REGULATOR): {"SELECT": _FACTS},
    ("division_change", PUBLIC): {"SELECT": _FACTS},
    ("division_change", WORKER): {"SELECT": _FACTS, "INSERT": _LOADS},
    ("division_setting", TENANT): {"SELECT": _THRESHOLDS},
    ("division_setting", REGULATOR): {"SELECT": _THRESHOLDS, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("division_setting", PUBLIC): {"SELECT": _THRESHOLDS},
    ("division_setting", WORKER): {"SELECT": _THRESHOLDS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("enrolment", WORKER): {"SELECT": _ENROLS, "INSERT": _ENROLS, "DELETE": _ENROLS},
    ("estate", TENANT): {"SELECT": _PUBLIC_REGISTER, "INSERT": _REPORTS, "UPDATE": _TAKES_UP},
    ("estate", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("estate", WORKER): {"SELECT": _KEEPS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("pgqueuer_log", WORKER): {"SELECT": _WORKS, "INSERT": _WORKS, "UPDATE": _WORKS, "DELETE": _WORKS},
    ("pgqueuer_schedules", WORKER): {"SELECT": _WORKS, "INSERT": _WORKS, "UPDATE": _WORKS, "DELETE": _WORKS},
    ("issue_category", TENANT): {"SELECT": _THRESHOLDS},
    ("issue_category", REGULATOR): {"SELECT": _THRESHOLDS, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("issue_category", WORKER): {"SELECT": _THRESHOLDS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("party_figure", REGULATOR): {"SELECT": WITHIN},
    ("party_figure", WORKER): {"SELECT": _PUBLISHES, "INSERT": _PUBLISHES},
    ("party_figure_block", WORKER): {"SELECT": _PUBLISHES, "INSERT": _PUBLISHES, "DELETE": _PUBLISHES},
    ("public_credit", TENANT): {"SELECT": _STANDS},
    ("public_credit", REGULATOR): {"SELECT": _STANDS},
    ("public_credit", PUBLIC): {"SELECT": _STANDS},
    ("public_credit", WORKER): {"SELECT": _STANDS, "INSERT": _RATES, "UPDATE": _RATES, "DELETE": _RATES},
    ("public_party_organisation", TENANT): {"SELECT": _ORGANISED},
    ("public_party_organisation", REGULATOR): {"SELECT": _ORGANISED, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("public_party_organisation", WORKER): {"SELECT": _KEEPS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("published_rating", TENANT): {"SELECT": _ANNOUNCED},
    ("published_rating", REGULATOR): {"SELECT": _ANNOUNCED},
    ("published_rating", WORKER): {"INSERT": _ANNOUNCES},
    ("rating_evaluator", REGULATOR): {"SELECT": _EVALUATES, "INSERT": WITHIN, "DELETE": WITHIN},
    ("rating_cycle", TENANT): {"SELECT": _RATED},
    ("rating_cycle", REGULATOR): {
        "SELECT": _RATES_OR_DRAFTS,
        "INSERT": WITHIN,
        "UPDATE": _TAKES_ON,
        "DELETE": _DISCARDS,
    },
    ("subsidy", TENANT): {"SELECT": _PAID},
    ("subsidy", WORKER): {"SELECT": _PASSES_ON, "UPDATE": _PASSES_ON},
    ("subsidy", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("red_black_list", TENANT): {"SELECT": _STANDING},
    ("red_black_list", REGULATOR): {"SELECT": _ON_LISTS, "INSERT": WITHIN, "UPDATE": _PREPARES},
    ("red_black_list", PUBLIC): {"SELECT": _PROCLAIMED},
    ("red_black_list", WORKER): {"SELECT": _ON_LISTS, "UPDATE": _ENDS},
    ("scheme", TENANT): {"SELECT": _RULES},
    ("scheme", REGULATOR): {"SELECT": _RULES, "INSERT": WITHIN},
    ("scheme", PUBLIC): {"SELECT": _RULES},
    ("scheme", WORKER): {"SELECT": _RULES},
    ("scheme_draft", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN, "DELETE": WITHIN},
    ("scheme_retirement", TENANT): {"SELECT": _RULES},
    ("scheme_retirement", REGULATOR): {"SELECT": _RULES, "INSERT": WITHIN},
    ("scheme_retirement", PUBLIC): {"SELECT": _RULES},
    ("scheme_retirement", WORKER): {"SELECT": _RULES},
    ("survey", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN},
    ("survey", TENANT): {"SELECT": _PUBLISHED},
    ("survey", PUBLIC): {"SELECT": _ASKED},
    ("survey_slip", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN, "UPDATE": WITHIN, "DELETE": WITHIN},
    ("survey_slip", PUBLIC): {"SELECT": _ANSWERS, "UPDATE": _ANSWERS},
    ("survey_tally", PUBLIC): {"SELECT": _ASKED, "UPDATE": _ASKED},
    ("survey_tally", WORKER): {"SELECT": _TALLIES, "INSERT": _TALLIES, "DELETE": _TALLIES},
    ("regulator", REGULATOR): {"SELECT": _ITSELF},
    ("regulator", WORKER): {"SELECT": _KEEPS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("regulator_member", REGULATOR): {"SELECT": _ITS_MEMBERS, "INSERT": _ITS_MEMBERS, "UPDATE": _ITS_MEMBERS},
    ("regulator_member", WORKER): {"SELECT": _KEEPS, "INSERT": _KEEPS, "UPDATE": _KEEPS},
    ("registry_audit_entry", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN},
    ("registry_audit_entry", WORKER): {"INSERT": _TELLS},
    ("registry_event", REGULATOR): {"SELECT": WITHIN, "INSERT": WITHIN},
    ("registry_event", WORKER): {"INSERT": _TELLS},
}

REGISTRY = frozenset(name for name, _ in _REGISTRY)
"""The tables that belong to no company."""


def rule(table: Table, role: str, command: Command) -> Rule | None:
    """The rule, or None where the role may not run the command on the table at all."""
    if not table.tenant:
        return _REGISTRY.get((table.name, role), {}).get(command)
    if role == TENANT:
        return _CLOSER.get(table.name, {}).get(command, OWN)
    found = _OTHERS.get((table.name, role), {}).get(command)
    return _for_a_purpose(found) if found and role == REGULATOR else found
