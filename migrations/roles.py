"""The database roles: an owner that only migrates, a login that owns nothing, and the four it may become.

Roles belong to the cluster, so they are made sure of at every migration, not in one: a database restored elsewhere
gets them too.
"""

from sqlalchemy import Connection

BECOMES = ("linli_tenant", "linli_regulator", "linli_public", "linli_worker")

# Two databases of one cluster may be migrated at once: whoever comes second finds the role there.
_CREATE = """
DO $$ BEGIN CREATE ROLE {role} {login} NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""

_TOO_POWERFUL = """
SELECT string_agg(rolname, ', ') FROM pg_roles
WHERE rolname LIKE 'linli\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
"""

_BECOME = """
DO $$ BEGIN
IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = '{role}'::regrole
               AND member = 'linli_app'::regrole AND set_option AND NOT inherit_option) THEN
    GRANT {role} TO linli_app WITH INHERIT FALSE, SET TRUE;
END IF; EXCEPTION WHEN unique_violation OR internal_error THEN NULL; END $$
"""

_OWN = """
DO $$ BEGIN
IF NOT pg_has_role(current_user, 'linli_owner', 'SET') THEN
    EXECUTE format('GRANT linli_owner TO %I', current_user);
END IF; END $$
"""

_DATABASE = """
DO $$ BEGIN
EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
EXECUTE format('GRANT CONNECT ON DATABASE %I TO linli_owner, linli_app', current_database());
END $$
"""

# A large object belongs to whoever makes it, and no policy guards it. An administrator who is not a superuser cannot
# take this from everyone; then it stays as PostgreSQL ships it.
_LARGE_OBJECTS = """
DO $$ DECLARE made regprocedure; BEGIN
FOR made IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import') LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', made);
END LOOP; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$
"""


def ensure_roles(connection: Connection) -> None:
    """Make the roles and their memberships what they must be; refuse roles that could step over the policies."""
    for role in ("linli_owner", "linli_app", *BECOMES):
        # LOGIN without a password lets nobody in by itself; Citus needs it of every role a worker is to become.
        login = "NOLOGIN" if role == "linli_owner" else "LOGIN"
        connection.exec_driver_sql(_CREATE.format(role=role, login=login))
    powerful = connection.exec_driver_sql(_TOO_POWERFUL).scalar()
    if powerful:
        raise PermissionError(f"these roles must be neither superuser nor BYPASSRLS nor able to create: {powerful}")
    for role in BECOMES:
        connection.exec_driver_sql(_BECOME.format(role=role))
    connection.exec_driver_sql(_OWN)


def prepare_database(connection: Connection) -> None:
    """Let only the owner create in this database; nobody makes temporary tables or large objects."""
    connection.exec_driver_sql(_DATABASE)
    connection.exec_driver_sql(_LARGE_OBJECTS)
    connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.exec_driver_sql("GRANT USAGE, CREATE ON SCHEMA public TO linli_owner")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO linli_app, {', '.join(BECOMES)}")
