"""Settings of divisions in the contract: read by all, put by the regulators of the division."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from schema.reads import Node, column, entity, one, ref
from schema.reads.report import figure, figures
from schema.terms import SettingKey
from schema.writes import UserError, changed, identifier, mutation, user_errors, values
from tenants import setting as rules
from tenants.permission import Permission
from tenants.scope import Scope

if TYPE_CHECKING:
    from schema.division import Division


@entity(table=rules.DivisionSetting, prefix="set", permission=Permission.SETTING_READ)
class DivisionSetting(Node):
    """Setting of a division (属地参数): holds in the division and below until a nearer one says otherwise."""

    key: SettingKey = column("Which setting (参数).", where=True)
    value: str = column("Its value (参数值).")
    valid_from: date = column("Holds from (生效日期).", where=True, order=True)
    valid_to: date | None = column("Holds until the day before (失效日期).", where=True, order=True)
    basis: str = column("The document it rests on (依据文件).")
    division: "Division" = one("Where (行政区划).", where=True)
    version: int = column("Version (版本号), to be given back with a change.")
    created_at: datetime = column("Recorded at (登记时间).", order=True)


@figures("A setting as it holds in a division on a day (有效属地参数).")
class EffectiveSetting:
    """The nearest ancestor's value, or the default, and where it comes from."""

    key: SettingKey = figure("Which setting (参数).")
    value: str | None = figure("Its value (参数值); null where nothing is asked.")
    division_name: str | None = figure("The division that set it (设定区划); null for a default.")
    valid_from: date | None = figure("Holds from (生效日期); null for a default.")
    basis: str = figure("The document it rests on (依据文件), or where the default comes from.")


@strawberry.input(description="A value for a setting (设定属地参数).")
class PutDivisionSettingInput:
    """Where, which, what, from when, by which document."""

    division_code: str = strawberry.field(description="Code of the division (区划代码).")
    key: SettingKey = strawberry.field(description="Which setting (参数).")
    value: str = strawberry.field(description="Its value (参数值).")
    valid_from: date = strawberry.field(description="Holds from (生效日期).")
    basis: str = strawberry.field(description="The document it rests on (依据文件).")


@strawberry.input(description="Let a value end (终止属地参数), so that the division above decides.")
class EndDivisionSettingInput:
    """Which value, and when."""

    id: strawberry.ID = identifier("set", "The value (参数).")
    version: int = strawberry.field(description="The version you saw (版本号).")
    valid_to: date = strawberry.field(description="Holds until the day before (失效日期).")


@strawberry.type(description="What became of a change to a setting (参数变更结果).")
class DivisionSettingPayload:
    """The setting, or why not."""

    division_setting: DivisionSetting | None = changed("The setting (参数)")
    user_errors: list[UserError] = user_errors()


@mutation(Permission.SETTING_UPDATE, "Give a setting a value in your division or below (设定属地参数).")
async def put_division_setting(scope: Scope, input: PutDivisionSettingInput) -> DivisionSettingPayload:
    row = await rules.put(scope, rules.NewSetting(**values(input)))
    return DivisionSettingPayload(division_setting=ref(DivisionSetting, row.id))


@mutation(Permission.SETTING_UPDATE, "Let a setting's value end (终止属地参数).")
async def end_division_setting(scope: Scope, input: EndDivisionSettingInput) -> DivisionSettingPayload:
    row = await rules.end(scope, **values(input))
    return DivisionSettingPayload(division_setting=ref(DivisionSetting, row.id))
