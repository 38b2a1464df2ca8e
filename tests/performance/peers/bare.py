"""A bare ASGI route: the same transaction and a hand-written statement that returns the same bytes, and nothing else.

It is what is left when everything that makes Linli useful is taken away, so it is the ceiling for one process: no
GraphQL, no validation, no limits, no log, no request id. It verifies the same token, remembered the same way, and
opens the same transaction with the same one message.
"""

import os
from typing import Any

import asyncpg
import orjson
import uvicorn

from api.tokens import Tokens
from infra.settings import Settings

SESSION = {"TimeZone": "Asia/Shanghai", "DateStyle": "ISO, YMD", "jit": "off", "statement_timeout": "5000"}

PROJECT = """
    '{"id":"prj_' || p.id::text || '","name":' || to_json(p.name)::text || ',"status":"' || p.status
    || '","startedOn":"' || p.started_on::text || '","gridCount":' || coalesce(p.grid_count::text, 'null')
    || ',"version":' || p.version::text
"""

NESTED = f"""
SELECT convert_to('{{"projects":{{"nodes":[' || array_to_string(ARRAY(
  SELECT {PROJECT} || ',"staff":{{"nodes":[' || array_to_string(ARRAY(
    SELECT '{{"id":"stf_' || s.id::text || '","name":' || to_json(s.name)::text
      || ',"number":' || coalesce(to_json(s.number)::text, 'null') || ',"post":"' || s.post
      || '","hiredOn":' || coalesce('"' || s.hired_on::text || '"', 'null')
      || ',"isGridMember":' || s.is_grid_member::text || '}}'
    FROM staff s WHERE s.tenant_id = $1::uuid AND s.project_id = p.id ORDER BY s.id LIMIT 5
  ), ',') || ']}}}}'
  FROM project p WHERE p.tenant_id = $1::uuid ORDER BY p.id LIMIT 50
), ',') || ']}}}}', 'UTF8')
"""

TWO = """
SELECT convert_to('{"projects":{"nodes":[' || array_to_string(ARRAY(
  SELECT '{"id":"prj_' || p.id::text || '","name":' || to_json(p.name)::text || ',"status":"' || p.status || '"}'
  FROM project p WHERE p.tenant_id = $1::uuid ORDER BY p.id LIMIT 2
), ',') || ']}}', 'UTF8')
"""

ONE = f"""
SELECT convert_to('{{"project":' || coalesce((
  SELECT {PROJECT} || '}}' FROM project p WHERE p.tenant_id = $1::uuid AND p.id = $2::uuid
), 'null') || '}}', 'UTF8')
"""

FLAT = """
SELECT convert_to('{"staff":{"nodes":[' || array_to_string(ARRAY(
  SELECT '{"id":"stf_' || s.id::text || '","name":' || to_json(s.name)::text
    || ',"number":' || coalesce(to_json(s.number)::text, 'null') || ',"post":"' || s.post
    || '","workPhone":' || coalesce(to_json(s.work_phone)::text, 'null')
    || ',"hiredOn":' || coalesce('"' || s.hired_on::text || '"', 'null')
    || ',"leftOn":' || coalesce('"' || s.left_on::text || '"', 'null')
    || ',"isGridMember":' || s.is_grid_member::text
    || ',"gridCode":' || coalesce(to_json(s.grid_code)::text, 'null')
    || ',"version":' || s.version::text || '}'
  FROM staff s WHERE s.tenant_id = $1::uuid ORDER BY s.id LIMIT 100
), ',') || ']}}', 'UTF8')
"""

OPEN_DAYS = """
SELECT convert_to('{"openDays":{"nodes":[' || array_to_string(ARRAY(
  SELECT '{"id":"opd_' || d.id::text || '","theme":' || to_json(d.theme)::text || ',"state":"' || d.state
    || '","host":' || to_json(d.host)::text || ',"meetingPlace":' || to_json(d.meeting_place)::text
    || ',"publishedOn":' || coalesce('"' || d.published_on::text || '"', 'null')
    || ',"heldOn":' || coalesce('"' || d.held_on::text || '"', 'null')
    || ',"attended":' || coalesce(d.attended::text, 'null') || ',"version":' || d.version::text
    || ',"opinions":{"nodes":[' || array_to_string(ARRAY(
    SELECT '{"id":"opn_' || o.id::text || '","category":' || coalesce(to_json(o.category)::text, 'null')
      || ',"content":' || to_json(o.content)::text || ',"satisfaction":' || coalesce(o.satisfaction::text, 'null')
      || ',"receivedOn":"' || o.received_on::text || '","answerDueOn":"' || o.answer_due_on::text
      || '","answer":' || coalesce(to_json(o.answer)::text, 'null')
      || ',"answeredOn":' || coalesce('"' || o.answered_on::text || '"', 'null') || '}'
    FROM opinion o WHERE o.tenant_id = $1::uuid AND o.open_day_id = d.id ORDER BY o.id LIMIT 5
  ), ',') || ']}}'
  FROM open_day d WHERE d.tenant_id = $1::uuid ORDER BY d.id LIMIT 20
), ',') || ']}}', 'UTF8')
"""

WRITE = """
WITH allowed AS (
  SELECT FROM company c JOIN project p ON p.tenant_id = c.tenant_id AND p.id = $2::uuid
  WHERE c.tenant_id = $1::uuid AND c.status = 'ACTIVE'
), created AS (
  INSERT INTO staff (tenant_id, id, name, post, project_id, is_grid_member)
  SELECT $1::uuid, uuidv7(), $3, 'SECURITY', $2, false FROM allowed RETURNING *
), entry AS (
  INSERT INTO audit_entry (tenant_id, id, actor_kind, actor_id, action, entity, entity_id, changes)
  SELECT $1::uuid, uuidv7(), 'tenant', $4, 'created', 'staff', id,
    jsonb_build_object('name', name, 'post', post, 'project_id', project_id, 'is_grid_member', is_grid_member)
  FROM created
), event AS (
  INSERT INTO outbox_event (tenant_id, id, topic, entity_id, payload)
  SELECT $1::uuid, uuidv7(), 'staff.created', id, jsonb_build_object('version', version) FROM created
)
SELECT convert_to('{"createStaff":{"staff":{"name":' || to_json(name)::text || ',"post":"' || post
  || '","version":' || version::text || '}}}', 'UTF8') FROM created
"""

READS = {"/nested": NESTED, "/two": TWO, "/one": ONE, "/flat": FLAT, "/open_days": OPEN_DAYS}


class Bare:
    """The route."""

    def __init__(self, settings: Settings) -> None:
        self._tokens = Tokens.of(settings)
        self._pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        sql = READS.get(scope["path"])
        if sql is None and scope["path"] != "/write":
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        token = dict(scope["headers"])[b"authorization"].partition(b" ")[2].decode()
        claims = self._tokens.verify(token)
        tenant = claims.organisation_id
        variables = orjson.loads((await receive())["body"]).get("variables")
        opening = (
            f"SET LOCAL ROLE linli_tenant; SET LOCAL linli.tenant = '{tenant}'; SET LOCAL linli.division = '';"
            f" SET LOCAL linli.regulator = ''; SET LOCAL linli.actor = '{claims.member_id}'"
        )
        async with self._pool.acquire() as connection:
            await connection.execute(f"BEGIN{' READ ONLY' if sql else ''}; {opening}")
            if sql is None:
                project = variables["projectId"][4:]
                data = await connection.fetchval(WRITE, tenant, project, variables["name"], claims.member_id)
            elif sql is ONE:
                data = await connection.fetchval(sql, tenant, variables["id"][4:])
            else:
                data = await connection.fetchval(sql, tenant)
            await connection.execute("COMMIT")
        body = b'{"data":%b}' % data
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        size = int(os.environ["BENCH_POOL_SIZE"])
        self._pool = await asyncpg.create_pool(
            os.environ["BENCH_APP_URL"],
            min_size=size,
            max_size=size,
            reset=_keep,
            server_settings=SESSION,
            max_cached_statement_lifetime=0,
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _keep(_: Any) -> None:
    """Every setting is local to a transaction, so a connection that comes back needs no reset."""


if __name__ == "__main__":
    port = int(os.environ["BENCH_PORT"])
    uvicorn.run(
        Bare(Settings()),
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
    )
