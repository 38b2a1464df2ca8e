"""Access tokens for members that an operator names: the only way to sign in until people can do it themselves."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api.tokens import Kind, Tokens
from infra.refusal import Refusal
from tenants import member as members
from tenants.access import Purpose
from tenants.admission import admit
from tenants.member import Member
from tenants.permission import CompanyRole, Permission, RegulatorRole
from tenants.scope import Database, Principal


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose token: a member of a company (id or USCC) or of a regulator (id or division path), by id or by role."""

    company: str | None = None
    regulator: str | None = None
    member: str | None = None
    role: str | None = None
    scope: str | None = None
    lifetime: timedelta = timedelta(minutes=10)


async def mint(database: Database, tokens: Tokens, wanted: Wanted) -> str:
    """The access token of the member, who must exist and be active."""
    scope = _permissions(wanted.scope)
    kind, member = await _find(database, wanted)
    return tokens.mint(
        kind,
        member_id=member.id,
        organisation_id=member.organisation_id,
        roles=[member.role],
        scope=scope,
        lifetime=wanted.lifetime,
    )


async def sign_in(database: Database, wanted: Wanted, purpose: Purpose | None = None) -> Principal:
    """The member as a principal, for work that an operator does in its name; a regulator's for a purpose."""
    kind, member = await _find(database, wanted)
    principal = await admit(database, kind, member.organisation_id, member.id, purpose=purpose)
    if principal is None:
        raise _nobody()
    return principal


async def _find(database: Database, wanted: Wanted) -> tuple[Kind, Member]:
    if (wanted.company is None) == (wanted.regulator is None):
        raise Refusal(
            "请用 --company 或 --regulator 指明令牌属于谁（二选一）。",
            "Say whose token it is with either --company or --regulator.",
        )
    member_id = None if wanted.member is None else _id(wanted.member, "mem")
    if isinstance(member_id, str):
        raise _nobody()
    role = None if wanted.role is None else _role(wanted.role, RegulatorRole if wanted.company is None else CompanyRole)
    found = None
    if wanted.company is not None:
        found = await members.of_company(database, _id(wanted.company, "com"), member_id, role)
    elif wanted.regulator is not None:
        found = await members.of_regulator(database, _id(wanted.regulator, "reg"), member_id, role)
    if found is None:
        raise _nobody()
    return "regulator" if wanted.company is None else "tenant", found


def _nobody() -> Refusal:
    return Refusal(
        "没有这样的在职成员：请核对企业、监管机构和成员的编号。",
        "There is no such active member: check the ids of the company, the regulator and the member.",
    )


def _role(text: str, roles: type[CompanyRole] | type[RegulatorRole]) -> str:
    name = text.upper()
    if name not in roles.__members__:
        raise Refusal(
            f"没有这样的角色：{text}。可用的有：{'、'.join(roles)}。",
            f"No such role: {text}. There are: {', '.join(roles)}.",
        )
    return name


def _permissions(text: str | None) -> list[Permission] | None:
    if text is None:
        return None
    known = {permission.value for permission in Permission}
    unknown = [name for name in text.split() if name not in known]
    if unknown:
        raise Refusal(
            f"没有这样的权限：{'、'.join(unknown)}。可用的有：{'、'.join(sorted(known))}。",
            f"No such permission: {', '.join(unknown)}. There are: {', '.join(sorted(known))}.",
        )
    return [Permission(name) for name in text.split()]


def _id(text: str, prefix: str) -> UUID | str:
    """The UUID of an id as the API writes it; any other text is a code or a path."""
    try:
        return UUID(text.removeprefix(f"{prefix}_"))
    except ValueError:
        return text.strip()
