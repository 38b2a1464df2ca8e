"""How a mutation is declared: its permission, its input's ids, and the payload that names every rule not met."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from schema.context import Context
from schema.reads.values import identity
from schema.terms import Code, term
from tenants.company import require_active
from tenants.errors import DomainError, DomainErrors, Locale, Noted
from tenants.permission import Permission
from tenants.scope import Scope

P = TypeVar("P")

Info = strawberry.Info[Context, None]


@strawberry.type(description="A rule that was not met (业务错误); nothing of the change was made.")
class UserError:
    """One rule, the input it concerns, and what would satisfy it."""

    code: Code = strawberry.field(description="Which rule (错误代码).")
    field: str | None = strawberry.field(
        description="Path of the input field it concerns, such as `contract.endsOn` (字段); null for the whole input."
    )
    message: str = strawberry.field(
        description="What is wrong and what to do, in the language of `Accept-Language` (说明)."
    )


def user_errors() -> Any:
    """The `userErrors` field of a payload."""
    return strawberry.field(
        description="Rules that were not met (业务错误); empty when the change was made.", default_factory=list
    )


def changed(description: str) -> Any:
    """The field of a payload that holds the entity as it is after the change."""
    return strawberry.field(description=f"{description}; null when `userErrors` has entries.", default=None)


def identifier(prefix: str, description: str, **options: Any) -> Any:
    """An input field that takes the id of an entity with this prefix."""
    return strawberry.field(description=description, metadata={"prefix": prefix}, **options)


def own_identifier(prefix: str) -> Any:
    """The input field by which a client that works offline gives a new entity its id."""
    return strawberry.field(
        description=f"Your own id (自带编号), for offline work: `{prefix}_` and a UUIDv7 in lower case.",
        metadata={"prefix": prefix, "own": True},
        default=strawberry.UNSET,
    )


def values(given: Any) -> dict[str, Any]:
    """What an input holds, by Python name: ids as UUIDs, fields left out left out, inputs inside it as they are.

    An id of another kind of entity, or none at all, is the same NOT_FOUND as an unknown one.
    """
    found: dict[str, Any] = {}
    for field in get_object_definition(type(given), strict=True).fields:
        value = getattr(given, field.python_name)
        if value is strawberry.UNSET:
            continue
        prefix = field.metadata.get("prefix")
        if prefix is not None and value is not None:
            name, own = to_camel_case(field.python_name), field.metadata.get("own", False)
            value = (
                [_key(one, prefix, name) for one in value]
                if isinstance(value, list)
                else _key(value, prefix, name, own)
            )
        found[field.python_name] = value
    return found


def _key(value: str, prefix: str, name: str, own: bool = False) -> UUID:
    key = identity(prefix)(value)
    if own and (key is None or key.version != 7):
        raise DomainError(Code.ID_INVALID, name, prefix=prefix)
    if key is None:
        raise DomainError(Code.NOT_FOUND, name)
    return key


def mutation(permission: Permission, description: str) -> Callable[[Callable[..., Awaitable[P]]], Any]:
    """Declare a mutation. Its function takes the scope and an input and returns a payload or raises domain errors;
    those become the payload's `userErrors`, and nothing of the change stays but the record of one that is `Noted`.
    """

    def declare(function: Callable[..., Awaitable[P]]) -> Any:
        signature = inspect.signature(function)
        payload: Callable[..., P] = inspect.get_annotations(function, eval_str=True)["return"]

        @functools.wraps(function)
        async def resolve(info: Info, **arguments: Any) -> P:
            context = info.context
            if permission not in context.scope.principal.permissions:
                raise GraphQLError(
                    f"此操作需要权限 {permission}。 / This needs the permission {permission}.",
                    extensions={"code": "FORBIDDEN", "permission": permission.value},
                )

            async def run() -> P:
                try:
                    return await _run(function, context.scope, arguments)
                except Noted as error:
                    return payload(user_errors=_user_errors(error, context.locale))

            try:
                if context.alone:
                    return await run()
                async with context.scope.savepoint():
                    return await run()
            except (DomainError, DomainErrors) as error:
                if context.alone:
                    context.scope.refuse()
                return payload(user_errors=_user_errors(error, context.locale))

        # Strawberry makes the field's arguments from the signature: `info` stands where the rule takes the scope.
        _, *inputs = signature.parameters.values()
        described = strawberry.argument(description="What is to be changed, and how (变更内容).")
        arguments = [each.replace(annotation=Annotated[each.annotation, described]) for each in inputs]
        info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
        resolve.__signature__ = signature.replace(parameters=[info, *arguments])  # type: ignore[attr-defined]
        resolve.__annotations__ = {each.name: each.annotation for each in (info, *arguments)} | {"return": payload}
        return strawberry.mutation(
            resolve,
            description=f"{description} Needs `{permission.value}` (所需权限).",
            metadata={"permission": permission},
        )

    return declare


async def _run(function: Callable[..., Awaitable[P]], scope: Scope, arguments: dict[str, Any]) -> P:
    if scope.principal.kind == "tenant":
        await require_active(scope)
    return await function(scope, **arguments)


def _user_errors(error: DomainError | DomainErrors, locale: Locale) -> list[UserError]:
    errors = error.errors if isinstance(error, DomainErrors) else [error]
    return [UserError(code=one.code, field=one.field, message=one.message(locale, term)) for one in errors]
