/**
 * Makes one session of a server play many, of which `sessions.own` is the one whose turn it is: a lock by which a connection
 * holds something beyond its transaction is refused to the others, unless both share it. Locks of transactions are never met by another one's, and
 * stay as they are.
 */
export const ROLES = `
CREATE SCHEMA sessions;
CREATE TABLE sessions.locks (a int, b int, owner text NOT NULL, shared boolean NOT NULL, PRIMARY KEY (a, b, owner, shared));
CREATE FUNCTION sessions.lock(int, int) RETURNS boolean LANGUAGE internal AS 'pg_try_advisory_lock_int4';
CREATE FUNCTION sessions.lock_shared(int, int) RETURNS boolean LANGUAGE internal AS 'pg_try_advisory_lock_shared_int4';
CREATE FUNCTION sessions.unlock(int, int) RETURNS boolean LANGUAGE internal AS 'pg_advisory_unlock_int4';
CREATE FUNCTION sessions.unlock_shared(int, int) RETURNS boolean LANGUAGE internal AS 'pg_advisory_unlock_shared_int4';

-- What is built in is found by its number, whatever is said of it later; by its name it is found under the one that it has now.
ALTER FUNCTION pg_catalog.pg_try_advisory_lock(int, int) RENAME TO own_try_advisory_lock;
ALTER FUNCTION pg_catalog.pg_try_advisory_lock_shared(int, int) RENAME TO own_try_advisory_lock_shared;
ALTER FUNCTION pg_catalog.pg_advisory_unlock(int, int) RENAME TO own_advisory_unlock;
ALTER FUNCTION pg_catalog.pg_advisory_unlock_shared(int, int) RENAME TO own_advisory_unlock_shared;
ALTER FUNCTION pg_catalog.pg_advisory_unlock_all() RENAME TO own_advisory_unlock_all;

-- Each with its key, owner and kind: whether another one's is in its way, and that it is had.
CREATE FUNCTION sessions.take(int, int, boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM sessions.locks WHERE (a, b) = ($1, $2) AND owner <> current_setting('sessions.own') AND NOT (shared AND $3))
    THEN RETURN false; END IF;
  INSERT INTO sessions.locks VALUES ($1, $2, current_setting('sessions.own'), $3);
  RETURN CASE WHEN $3 THEN sessions.lock_shared($1, $2) ELSE sessions.lock($1, $2) END;
END $$;

CREATE FUNCTION sessions.give(int, int, boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM sessions.locks WHERE (a, b, owner, shared) = ($1, $2, current_setting('sessions.own'), $3);
  RETURN FOUND AND CASE WHEN $3 THEN sessions.unlock_shared($1, $2) ELSE sessions.unlock($1, $2) END;
END $$;

CREATE FUNCTION sessions.leave(text) RETURNS void LANGUAGE sql AS $$
  SELECT CASE WHEN shared THEN sessions.unlock_shared(a, b) ELSE sessions.unlock(a, b) END FROM sessions.locks WHERE owner = $1;
  DELETE FROM sessions.locks WHERE owner = $1
$$;

CREATE FUNCTION pg_catalog.pg_try_advisory_lock(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT sessions.take($1, $2, false)';
CREATE FUNCTION pg_catalog.pg_try_advisory_lock_shared(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT sessions.take($1, $2, true)';
CREATE FUNCTION pg_catalog.pg_advisory_unlock(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT sessions.give($1, $2, false)';
CREATE FUNCTION pg_catalog.pg_advisory_unlock_shared(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT sessions.give($1, $2, true)';
CREATE FUNCTION pg_catalog.pg_advisory_unlock_all() RETURNS void LANGUAGE sql AS $$ SELECT sessions.leave(current_setting('sessions.own')) $$;
`;
