"""What the catalogue must say: row-level security, policies, owners, roles, privileges, keys, views and functions."""

import re
from collections.abc import Container, Iterable, Iterator
from itertools import accumulate

import asyncpg

from tests.isolation.catalogue import (
    COMMANDS,
    LOGIN,
    OWNER,
    PUBLIC,
    REGULATOR,
    TENANT,
    WORKER,
    Catalogue,
    Command,
    Policy,
    Table,
)
from tests.isolation.proof import Outcome, Outcomes
from tests.isolation.rules import REGISTRY, rule

# What a policy must hold as one of its conjuncts, as PostgreSQL writes it back.
_SETTING = "current_setting('linli.{}'::text, true)"
_ID = "CASE WHEN pg_input_is_valid({0}, 'uuid'::text) THEN ({0})::uuid ELSE NULL::uuid END"
_TENANT_ID = _ID.format(_SETTING.format("tenant"))
_REGULATOR_ID = _ID.format(_SETTING.format("regulator"))
_ACTOR_ID = _ID.format(_SETTING.format("actor"))
_FILE_ID = _ID.format(_SETTING.format("file"))
_PATH = _SETTING.format("division")
_PURPOSE = f"({_SETTING.format('purpose')} <> ''::text)"
_LENGTH = f"length({_PATH}) = ANY (ARRAY[2, 4, 6, 9, 12])"
_BELOW = f"division_path < ({_PATH} || '['::text)"


def _from(condition: str) -> str:
    return f"division_path >= CASE WHEN {condition} THEN {_PATH} ELSE NULL::text END"


_KNOWN = f"(state <> 'DRAFT'::text) OR (regulator_id = {_REGULATOR_ID})"

# For each column that a rule is about: the conjuncts that must all be there, one of each group.
ANCHORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "tenant_id": ((f"tenant_id = {_TENANT_ID}",),),
    "serving_tenant_id": (
        (
            f"serving_tenant_id = {_TENANT_ID}",
            f"COALESCE(serving_tenant_id, {_TENANT_ID}) = {_TENANT_ID}",
        ),
    ),
    "registry_state": (("registry_state = 'REPORTED'::text",),),
    "id": ((f"id = {_REGULATOR_ID}",),),
    "regulator_id": (
        (
            f"regulator_id = {_REGULATOR_ID}",
            _KNOWN,
            f"(regulator_id = {_REGULATOR_ID}) OR (({_from(f'({_LENGTH})')}) AND ({_BELOW})"
            " AND (disclosure <> 'EVALUATORS'::text))",
        ),
    ),
    "disclosure": (
        (
            "disclosure <> 'EVALUATORS'::text",
            "disclosure = ANY (ARRAY['PARTIES'::text, 'EVERYBODY'::text])",
            "disclosure = 'EVERYBODY'::text",
        ),
    ),
    "file_id": ((f"file_id = {_FILE_ID}",),),
    "actor_id": ((f"actor_id = {_ACTOR_ID}",),),
    "expires_at": (("expires_at <= (now() + '01:00:00'::interval)",),),
    "opened_by": ((f"opened_by = {_ACTOR_ID}",),),
    "opened_until": (("opened_until > now()",),),
    "division_path": ((_from(f"({_LENGTH})"), _from(f"(({_LENGTH}) AND {_PURPOSE})")), (_BELOW,)),
    "locator": ((f"locator = NULLIF({_SETTING.format('survey')}, ''::text)",),),
    "token_digest": ((f"token_digest = NULLIF({_SETTING.format('slip')}, ''::text)",),),
    "ended_on": (("ended_on IS NULL",),),
    "published_on": (
        (
            "published_on IS NOT NULL",
            "published_on IS NULL",
            "(published_on IS NULL) OR (state = 'PUBLISHED'::text)",
        ),
    ),
    "state": (("state <> 'DRAFT'::text", "state = 'DRAFT'::text", _KNOWN),),
    "subject": (("subject <> 'PROJECT_LEAD'::text",),),
    "reach": ((f"reach @> ARRAY[NULLIF({_PATH}, ''::text)]",),),
}

# Columns that hold an id or a division's path and point at nothing, each for a reason.
POINTS_NOWHERE = {
    "audit_entry.actor_id": "an actor may be a company's member, a regulator's or the platform; history outlives them",
    "audit_entry.entity_id": "the entry tells of a row of any kind",
    "outbox_event.entity_id": "the event tells of a row of any kind",
    "credit_entry.actor_id": "as in audit_entry",
    "credit_record.drafted_by": "a regulator's member, who may be removed; who drafted stays known",
    "credit_record.decided_by": "as drafted_by",
    "published_rating.rated_id": "as estate.serving_tenant_id: what is published stays, whatever became of the project",
    "public_credit.company_id": "as estate.serving_tenant_id",
    "subsidy.serving_tenant_id": "as estate.serving_tenant_id",
    "survey.serving_tenant_id": "as estate.serving_tenant_id",
    "red_black_entry.listed_by": "as credit_record.drafted_by",
    "red_black_entry.proposed_by": "as credit_record.drafted_by",
    "red_black_list.prepared_by": "as credit_record.drafted_by",
    "registry_audit_entry.actor_id": "as in audit_entry",
    "registry_audit_entry.division_path": "history stays under the path that held when it was written",
    "registry_audit_entry.entity_id": "as in audit_entry",
    "registry_event.division_path": "as in registry_audit_entry",
    "registry_event.entity_id": "as in outbox_event",
    "party_due.subject_id": "what is due may be of an organisation, a case, a transfer or a file",
    "party_figure_block.block_id": "a block is what its rows have in common, and nothing else",
    "access_entry.actor_id": "as in audit_entry: the log says who looked, whatever became of them",
    "party_file_access.actor_id": "as in audit_entry: the log says who looked, whatever became of them",
    "estate.serving_tenant_id": "the registry outlives companies, and must not be able to ask whether a company exists",
}

# Indexes of tenant tables that do not start with the company: a regulator looks across companies.
ACROSS_COMPANIES = {
    "agreement_division": "a regulator pages through the agreements of its division",
    "agreement_signed": "R-06 counts the agreements of a division for a year, company by company",
    "check_in_arrived": "R-06 counts who arrived in a division in a period",
    "check_in_deadline": "R-12 counts the check-ins of a division that fell due in a period",
    "check_in_division": "a regulator pages through the check-ins of its division",
    "check_in_in_charge": "R-06 counts the leads in charge in a division on a day",
    "claimed_project_claimed": "R-06 counts what was claimed in a division until a day",
    "claimed_project_division": "a regulator pages through the claimed projects of its division",
    "company_credit_best": "a regulator pages through companies by their credit, the best first",
    "company_credit_worst": "a regulator pages through companies by their credit, the worst first",
    "company_reach": "a regulator finds the companies of its division",
    "credit_record_division": "a regulator pages through the credit records of its division",
    "credit_record_near_expiry": "a regulator counts the records of its division whose term is nearly over (R-11)",
    "credit_record_objected": "a regulator counts the objections of its division (R-11)",
    "credit_record_repair": "a regulator counts the repairs of its division (R-11)",
    "credit_score_division": "a regulator pages through the scores of companies registered in its division",
    "credit_score_scheme": "as credit_record_scheme",
    "credit_record_scheme": "a scheme, which is a division's, finds the records that point at it",
    "interview_division": "a regulator pages through the interviews of its division",
    "issue_category_id": "a category, which is a division's, finds the issues that point at it",
    "issue_division": "a regulator pages through the issues of its division",
    "issue_found": "R-07 counts the issues of a division that were found in a period",
    "lead_report_division": "a regulator pages through the reports of leads in its division",
    "open_day_division": "a regulator pages through the open days of its division",
    "open_day_held": "R-05 counts the open days of a division that were held in a period",
    "open_day_photo_division": "a regulator is shown a photo taken in its division",
    "opinion_division": "a regulator pages through the opinions given in its division",
    "opinion_received": "R-05 counts the opinions of a division that were given in a period",
    "party_advisor_division": "a regulator pages through the advisors sent in its division",
    "party_organisation_division": "a regulator pages through the organisations of its division",
    "project_division": "a regulator pages through the projects of its division",
    "project_run": "R-05 to R-07 count where projects ran in a division, company by company",
    "rating_case_cycle": "a cycle, which is a division's, finds what takes part in it",
    "rating_peer_review_cycle": "a cycle tells its rows what it discloses",
    "rating_result_cycle": "as rating_peer_review_cycle",
    "rating_result_scheme": "as credit_record_scheme",
    "rating_sheet_cycle": "as rating_peer_review_cycle",
    "rating_sheet_regulator": "a regulator pages through the sheets it wrote",
    "rating_case_division": "a regulator pages through what takes part in ratings in its division",
    "rectification_item_division": "a regulator is shown an item of an order of its division",
    "rectification_order_division": "a regulator pages through the orders of its division",
    "red_black_entry_division": "a regulator pages through the entries of its division's lists",
    "red_black_entry_list": "a list, which is a division's, finds its entries",
    "take_over_division": "a regulator pages through the take-overs of its division",
    "whistle_branch": "a branch, which is the registry's, finds the whistles that point at it",
    "whistle_division": "a regulator pages through the whistles of its division",
    "whistle_unit_division": "a regulator is shown the units called in its division",
}

# Functions that run with their owner's rights, each with its reason. There is none, and none is needed.
DEFINER_FUNCTIONS: dict[str, str] = {}


async def tables(connection: asyncpg.Connection, catalogue: Catalogue, only: Table | None = None) -> Outcomes:
    """I1: row-level security on every table, one policy for every grant, and nothing granted beside; or on one."""
    for table in (only,) if only else catalogue.in_order:
        for outcome in (*_secured(table, catalogue), *_policies(table, catalogue)):
            yield outcome
    if only is None:
        async for outcome in _relations(connection):
            yield outcome
    async for outcome in _privileges(connection, catalogue, only):
        yield outcome


def _secured(table: Table, catalogue: Catalogue) -> Iterator[Outcome]:
    becomes = catalogue.roles[LOGIN].becomes | {LOGIN}
    for holds, said in (
        (table.secured, "row-level security is not enabled"),
        (table.forced, "row-level security is not forced on its owner"),
        (table.owner == OWNER, f"its owner is {table.owner}"),
        (table.owner not in becomes, f"the server can become its owner, {table.owner}"),
        (table.tenant or table.name in REGISTRY, "it has no tenant_id and no rule says who may reach it and why"),
    ):
        yield Outcome("I1", table.name, None if holds else f"{table.name}: {said}")


def _policies(table: Table, catalogue: Catalogue) -> Iterator[Outcome]:
    for policy in table.policies:
        name = f"{table.name}.{policy.name}"
        unknown = [role for role in policy.roles if role not in catalogue.app_roles[1:]]
        one = len(policy.roles) == 1 and policy.command in COMMANDS and policy.permissive
        yield Outcome("I1", name, f"{name} is for {', '.join(policy.roles)}" if unknown else None)
        yield Outcome("I1", name, None if one else f"{name} is not for one role and one command, or not permissive")
    for role in catalogue.app_roles:
        for command in COMMANDS:
            found = [each for each in table.policies if role in each.roles and each.command == command]
            granted = bool(table.may(role, command))
            name = f"{table.name} {command} {role}"
            if granted or found:
                wrong = None if granted and len(found) == 1 else f"{name}: granted {granted}, {len(found)} policies"
                yield Outcome("I1", name, wrong)
            for policy in found:
                yield Outcome("I1", name, _clauses(table, role, command, policy))


def _clauses(table: Table, role: str, command: Command, policy: Policy) -> str | None:
    """What is wrong with a policy's clauses: one is missing, or is not held to what its rule is about."""
    name = f"{table.name}.{policy.name}"
    needed = {
        "SELECT": {"USING"},
        "INSERT": {"WITH CHECK"},
        "UPDATE": {"USING", "WITH CHECK"},
        "DELETE": {"USING"},
    }[command]
    if set(policy.clauses) != needed:
        return f"{name} has {' and '.join(policy.clauses) or 'no clause'}, and needs {' and '.join(sorted(needed))}"
    allowed = rule(table, role, command)
    if allowed is None:
        return f"{name}: no rule lets {role} {command} here"
    for keyword, clause in policy.clauses.items():
        text = " ".join(clause.split())
        parts = conjuncts(text)
        if allowed.everything != (parts == ["true"]):
            return f"{name}: {keyword} says {text}, and the rule: {allowed.reason}"
        columns = (*allowed.columns, *(allowed.written if keyword == "WITH CHECK" else ()))
        wanted = [group for column in columns for group in ANCHORS[column]]
        if missing := [" or ".join(group) for group in wanted if not set(group) & set(parts)]:
            return f"{name}: {keyword} does not say {' and '.join(missing)}, but {text}"
    return None


def conjuncts(clause: str) -> list[str]:
    """The parts of a clause that all must hold, without the parentheses around each.

    >>> conjuncts("((a = 1) AND ((b = 2) OR (c = 3)))")
    ['a = 1', '(b = 2) OR (c = 3)']
    """
    text = bare(clause)
    parts, depth, start = [], 0, 0
    for token in re.finditer(r"'(?:[^']|'')*'|\(|\)|\bCASE\b|\bEND\b|\bAND\b|\bOR\b", text):
        if token[0] in ("(", "CASE"):
            depth += 1
        elif token[0] in (")", "END"):
            depth -= 1
        elif depth == 0 and token[0] == "OR":
            return [text]
        elif depth == 0 and token[0] == "AND":
            parts.append(bare(text[start : token.start()]))
            start = token.end()
    return [*parts, bare(text[start:])]


def bare(text: str) -> str:
    """A clause without the parentheses around the whole of it."""
    text = text.strip()
    while text.startswith("("):
        depths = list(accumulate((letter == "(") - (letter == ")") for letter in text))
        if depths.index(0) != len(text) - 1:
            return text
        text = text[1:-1].strip()
    return text


_RELATIONS = """
SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""


async def _relations(connection: asyncpg.Connection) -> Outcomes:
    """Nothing holds rows outside schema public, where the walk is."""
    for row in await connection.fetch(_RELATIONS):
        name = f"{row['nspname']}.{row['relname']}"
        holds = row["nspname"] == "public" and row["relkind"] in "rpvS"
        yield Outcome("I1", name, None if holds else f"{name} (kind {row['relkind']}) cannot be held by a policy")


_PRIVILEGES = """
SELECT c.relname, r.rolname, p.privilege FROM pg_class c CROSS JOIN pg_roles r
CROSS JOIN unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) p(privilege)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND r.rolname = ANY ($1)
AND ($2::text IS NULL OR c.relname = $2)
AND (p.privilege <> 'MAINTAIN' OR current_setting('server_version_num')::int >= 170000)
AND CASE p.privilege WHEN 'REFERENCES' THEN has_any_column_privilege(r.oid, c.oid, 'REFERENCES')
    ELSE has_table_privilege(r.oid, c.oid, p.privilege) END
UNION ALL
SELECT c.relname, 'everybody', a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0 AND ($2::text IS NULL OR c.relname = $2)
UNION ALL
SELECT c.relname, 'everybody', a.privilege_type FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid,
aclexplode(t.attacl) a WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
AND ($2::text IS NULL OR c.relname = $2)
UNION ALL
SELECT c.relname, a.grantee::regrole::text, 'GRANT OPTION' FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND a.is_grantable AND a.grantee <> c.relowner
AND ($2::text IS NULL OR c.relname = $2)
UNION ALL
SELECT 'default privileges', coalesce(nullif(a.grantee, 0)::regrole::text, 'everybody'), a.privilege_type
FROM pg_default_acl d, aclexplode(d.defaclacl) a
WHERE d.defaclobjtype <> 'T' AND a.grantee <> d.defaclrole
"""


async def _privileges(connection: asyncpg.Connection, catalogue: Catalogue, only: Table | None) -> Outcomes:
    """TRUNCATE asks no policy, REFERENCES tells whether a row exists, TRIGGER runs code: nobody has them."""
    found = await connection.fetch(_PRIVILEGES, list(catalogue.app_roles), only and only.name)
    for row in found:
        yield Outcome("I1", row["relname"], f"{row['rolname']} has {row['privilege']} on {row['relname']}")
    yield Outcome("I1", "privileges beside the four commands", None)
    for table in (only,) if only else catalogue.relations:
        granted = table.granted.get(LOGIN)
        yield Outcome("I2", table.name, f"{LOGIN} itself holds {granted} on {table.name}" if granted else None)


async def roles(connection: asyncpg.Connection, catalogue: Catalogue) -> Outcomes:
    """I2: the login role and whatever it may become are ordinary, own nothing and have nowhere else to go."""
    login = catalogue.roles[LOGIN]
    expected = {TENANT, REGULATOR, PUBLIC, WORKER}
    said = f"{LOGIN} may become {', '.join(sorted(login.becomes))}"
    yield Outcome("I2", LOGIN, None if login.becomes == expected else said)
    for name in (*catalogue.app_roles, OWNER):
        role = catalogue.roles.get(name)
        if role is None:
            yield Outcome("I2", name, f"{name} is no role of Linli's")
            continue
        for broken, said in (
            (role.superuser, "is a superuser"),
            (role.bypasses, "bypasses row-level security"),
            (role.creates, "creates roles or databases"),
            (role.replicates, "replicates, which reads every row"),
            (role.inherits, "inherits privileges instead of taking a role"),
            (name != LOGIN and role.becomes, f"may become {', '.join(sorted(role.becomes))}"),
            (name == OWNER and role.signs_in, "signs in"),
        ):
            yield Outcome("I2", name, f"{name} {said}" if broken else None)
    async for outcome in _possessions(connection, catalogue):
        yield outcome


_OWNED = """
SELECT r.rolname, count(s.objid) FILTER (WHERE s.deptype = 'o') AS owned FROM pg_roles r
LEFT JOIN pg_shdepend s ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
    AND s.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
WHERE r.rolname = ANY ($1) GROUP BY r.rolname
"""
_MAY = """
SELECT r.rolname, has_database_privilege(r.oid, current_database(), 'CREATE') AS creates_schema,
       has_database_privilege(r.oid, current_database(), 'TEMP') AS makes_temporary,
       EXISTS (SELECT FROM pg_namespace n WHERE has_schema_privilege(r.oid, n.oid, 'CREATE')
               AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast%') AS creates,
       EXISTS (SELECT FROM pg_db_role_setting d WHERE d.setrole = r.oid) AS starts_with_settings,
       EXISTS (SELECT FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace
               AND has_any_column_privilege(r.oid, c.oid, 'SELECT')) AS reads_sequence,
       EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
               AND p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'pg_read_file',
                                 'pg_read_binary_file', 'pg_ls_dir')
               AND has_function_privilege(r.oid, p.oid, 'EXECUTE')) AS reaches_files
FROM pg_roles r WHERE r.rolname = ANY ($1)
"""


async def _possessions(connection: asyncpg.Connection, catalogue: Catalogue) -> Outcomes:
    names = list(catalogue.app_roles)
    for row in await connection.fetch(_OWNED, names):
        yield Outcome("I2", row["rolname"], f"{row['rolname']} owns {row['owned']} objects" if row["owned"] else None)
    for row in await connection.fetch(_MAY, names):
        for ability, has in row.items():
            if ability != "rolname":
                said = f"{row['rolname']} {ability.replace('_', ' ')}"
                yield Outcome("I2", f"{row['rolname']} {ability}", said if has else None)


_VIEWS = """
SELECT c.relname, c.relkind::text, coalesce('security_invoker=true' = ANY (c.reloptions)
       OR 'security_invoker=on' = ANY (c.reloptions) OR 'security_invoker=1' = ANY (c.reloptions), false) AS invoker
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text AS name, p.prosecdef, p.proconfig::text[] AS settings FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
_HOOKS = """
SELECT c.relname, 'rule ' || r.rulename AS hook FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'v' AND c.relkind <> 'm'
UNION ALL
SELECT NULL, 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT NULL, 'publication ' || pubname FROM pg_publication
"""


async def views_and_functions(connection: asyncpg.Connection) -> Outcomes:
    """I8: a view asks the policies of who looks; a function runs with its caller's rights; no rule rewrites."""
    for row in await connection.fetch(_VIEWS):
        holds = row["relkind"] == "v" and row["invoker"]
        yield Outcome("I8", row["relname"], None if holds else f"{row['relname']} shows what its owner may see")
    for row in await connection.fetch(_FUNCTIONS):
        fixed = any(setting.startswith("search_path=") for setting in row["settings"] or ())
        holds = not row["prosecdef"] or (row["name"] in DEFINER_FUNCTIONS and fixed)
        yield Outcome("I8", row["name"], None if holds else f"{row['name']} runs with its owner's rights")
    for row in await connection.fetch(_HOOKS):
        yield Outcome("I8", row["hook"], f"{row['hook']}{' on ' + row['relname'] if row['relname'] else ''}")
    yield Outcome("I8", "rules, extensions and publications", None)


_USED = """
SELECT p.oid, p.proname, n.nspname, p.provolatile::text FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = ANY ($1::oid[])
"""


async def citus(connection: asyncpg.Connection, catalogue: Catalogue, only: Table | None = None) -> Outcomes:
    """I16: policies hold no sub-select, not even inside a function; every key and index of a company's table is held
    to the company; or of one table.
    """
    used: dict[int, set[str]] = {}
    chosen = (only,) if only else catalogue.in_order
    for table in chosen:
        for policy in table.policies:
            name = f"{table.name}.{policy.name}"
            nested = [tree for tree in policy.trees if "{SUBLINK" in tree or "{SUBPLAN" in tree or "{RTE" in tree]
            yield Outcome("I16", name, f"{name} holds a sub-select" if nested else None)
            for tree in policy.trees:
                for oid in re.findall(r":(?:funcid|opfuncid) (\d+)", tree):
                    used.setdefault(int(oid), set()).add(name)
    for row in await connection.fetch(_USED, [oid for oid in used if oid]):
        plain = row["nspname"] == "pg_catalog" and row["provolatile"] in "is"
        where = ", ".join(sorted(used[row["oid"]]))
        yield Outcome("I16", row["proname"], None if plain else f"{row['proname']} is not a plain built-in: {where}")
    for table in chosen:
        for outcome in _keys(table, catalogue):
            yield outcome


def _keys(table: Table, catalogue: Catalogue) -> Iterator[Outcome]:
    if table.tenant:
        for unique in table.uniques:
            holds = unique.columns[:1] == ("tenant_id",)
            yield Outcome("I16", unique.name, None if holds else f"{unique.name} does not start with tenant_id")
        for name, columns in table.indexes.items():
            holds = columns[:1] == ("tenant_id",) or name in ACROSS_COMPANIES
            yield Outcome(
                "I16", name, None if holds else f"{name} does not start with tenant_id, and no reason is given"
            )
        holds = bool(table.primary)
        yield Outcome("I16", table.name, None if holds else f"{table.name} has no primary key")
    for key in table.foreign_keys:
        target = catalogue.tables[key.target]
        pairs = set(zip(key.columns, key.target_columns, strict=True))
        name = f"{table.name}.{key.name}"
        holds = ("tenant_id", "tenant_id") in pairs if target.tenant else "tenant_id" not in key.columns
        yield Outcome("I16", name, None if holds else f"{name} points across companies")
    # A key with an empty column asks for nothing, so it does not count for a column that is never empty.
    sure = [key for key in table.foreign_keys if all(table.columns[name].not_null for name in key.columns)]
    for column in table.columns.values():
        pointing = any(column.name in key.columns for key in (sure if column.not_null else table.foreign_keys))
        points = column.type == "uuid" and column.name.endswith("_id") and column.name != "tenant_id"
        if points or column.name == "division_path":
            name = f"{table.name}.{column.name}"
            holds = pointing or name in POINTS_NOWHERE
            yield Outcome("I16", name, None if holds else f"{name} has no foreign key, and no reason is given")
    if table.tenant and table.name != "company":
        rooted = any("tenant_id" in key.columns for key in sure)
        yield Outcome("I16", f"{table.name}.tenant_id", None if rooted else f"{table.name} belongs to no company")


def personal_columns(catalogue: Catalogue, marked: Iterable[tuple[str, str]]) -> Iterator[Outcome]:
    """I14: what the tables mark as personal, and what names a Party member, no regulator reads of a company, nor a
    company of a regulator; what the registry knows of Party members nobody reads but who publishes figures.
    """
    party = [
        (table.name, column)
        for table in catalogue.in_order
        for column in table.columns
        if "party" in column or column.startswith("contact_")
    ]
    for name, column in dict.fromkeys([*marked, *party]):
        table = catalogue.tables[name]
        others = [
            PUBLIC,
            *([] if table.tenant else [TENANT]),
            *([REGULATOR] if table.tenant or "party" in column else []),
        ]
        for role in others:
            holds = column not in table.may(role, "SELECT")
            yield Outcome("I14", f"{name}.{column}", None if holds else f"{role} reads {name}.{column}")
    for table in catalogue.tenant_tables:
        held = [command for command in COMMANDS[1:] if table.may(REGULATOR, command)]
        yield Outcome("I14", table.name, f"a regulator may {', '.join(held)} {table.name}" if held else None)


# Tables that hang on a Party file and are journalled by nobody.
NOT_JOURNALLED = {"party_file_access": "it is itself the trail of who looked"}


def confidential(catalogue: Catalogue, marked: Container[str]) -> Iterator[Outcome]:
    """I12: of what hangs on a Party file, or on what does, the trail tells that it changed and by whom, never what."""
    hanging = {"party_file"}
    for table in catalogue.in_order:
        if any(key.target in hanging for key in table.foreign_keys):
            hanging.add(table.name)
    for name in sorted(hanging):
        holds = name in marked or name in NOT_JOURNALLED
        yield Outcome("I12", name, None if holds else f"the trail tells what {name} holds")
