/**
 * Makes one session of a server play many, of which `sessions.own` is the one whose turn it is: a lock by which a connection
 * holds something beyond its transaction is refused to the others. Locks of transactions are never met by another one's, and
 * stay as they are.
 */
export const ROLES = `
CREATE SCHEMA sessions;
CREATE TABLE sessions.locks (a int, b int, owner text NOT NULL, PRIMARY KEY (a, b));
CREATE FUNCTION sessions.lock(int, int) RETURNS boolean LANGUAGE internal AS 'pg_try_advisory_lock_int4';
CREATE FUNCTION sessions.unlock(int, int) RETURNS boolean LANGUAGE internal AS 'pg_advisory_unlock_int4';

-- What is built in is found by its number, whatever is said of it later; by its name it is found under the one that it has now.
ALTER FUNCTION pg_catalog.pg_try_advisory_lock(int, int) RENAME TO own_try_advisory_lock;
ALTER FUNCTION pg_catalog.pg_advisory_unlock(int, int) RENAME TO own_advisory_unlock;
ALTER FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(int, int) RENAME TO own_try_advisory_xact_lock_shared;

CREATE FUNCTION pg_catalog.pg_try_advisory_lock(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM sessions.locks WHERE (a, b) = ($1, $2)) THEN RETURN false; END IF;
  INSERT INTO sessions.locks VALUES ($1, $2, current_setting('sessions.own'));
  RETURN sessions.lock($1, $2);
END $$;

CREATE FUNCTION pg_catalog.pg_advisory_unlock(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM sessions.locks WHERE (a, b, owner) = ($1, $2, current_setting('sessions.own'));
  RETURN FOUND AND sessions.unlock($1, $2);
END $$;

CREATE FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(int, int) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (SELECT FROM sessions.locks WHERE (a, b) = ($1, $2) AND owner <> current_setting('sessions.own'))
$$;

CREATE FUNCTION sessions.leave(text) RETURNS void LANGUAGE sql AS
  $$ SELECT sessions.unlock(a, b) FROM sessions.locks WHERE owner = $1; DELETE FROM sessions.locks WHERE owner = $1 $$;
`;
