/** The PostgreSQL store's tables and statements. Time is the server's; each statement is a transaction of its own. */
import { GRACE, PAGE } from "./store.ts";

/** The tables, as statements that may be run again. Texts compare by their bytes, whatever the database's language. */
export const TABLES = [
  `CREATE TABLE IF NOT EXISTS strongroom_sessions (
  family text COLLATE "C" PRIMARY KEY, subject text COLLATE "C" NOT NULL, application text COLLATE "C" NOT NULL,
  version integer NOT NULL, record text NOT NULL, sealed text, lease text, revoked boolean NOT NULL,
  created_at float8 NOT NULL, idle_expires_at float8 NOT NULL, absolute_expires_at float8 NOT NULL
)`,
  `CREATE INDEX IF NOT EXISTS strongroom_sessions_of_subject ON strongroom_sessions (subject, created_at, family)`,
  `CREATE INDEX IF NOT EXISTS strongroom_sessions_by_end ON strongroom_sessions (absolute_expires_at)`,
  `CREATE TABLE IF NOT EXISTS strongroom_subjects (
  subject text COLLATE "C" PRIMARY KEY, revoked_before float8 NOT NULL, until float8
)`,
  `CREATE INDEX IF NOT EXISTS strongroom_subjects_by_end ON strongroom_subjects (until)`,
  `CREATE TABLE IF NOT EXISTS strongroom_values (
  key text COLLATE "C" PRIMARY KEY, value text NOT NULL, until float8 NOT NULL
)`,
  `CREATE INDEX IF NOT EXISTS strongroom_values_by_end ON strongroom_values (until)`,
];

/** The most that one request clears away of what has expired. */
const PURGE = 100;
// Of the statement, not of the moment: an index can be searched for it.
const NOW = "floor(extract(epoch FROM statement_timestamp()) * 1000)::float8";
const REVOKED_BEFORE =
  "coalesce((SELECT revoked_before FROM strongroom_subjects AS s WHERE s.subject = strongroom_sessions.subject), -1)";
const LIVE = `NOT revoked AND idle_expires_at > ${NOW} AND absolute_expires_at > ${NOW} AND created_at > ${REVOKED_BEFORE}`;
const END =
  "UPDATE strongroom_sessions SET revoked = true, sealed = NULL, lease = NULL, version = version + 1";
/** In RETURNING: this transaction's commit waits for the disk, even where the server is set not to. */
const DURABLE = `CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
    THEN set_config('synchronous_commit', 'on', true) END AS durable`;

/** A session that a login under way has written, and that only the mark keeps from living. */
const HELD =
  "EXISTS (SELECT 1 FROM strongroom_sessions AS h WHERE h.subject = strongroom_subjects.subject AND h.created_at <= revoked_before)";

/** Deletes some of what has expired, passing over what another transaction is at. */
function purge(table: string, key: string, expired: string): string {
  return `DELETE FROM ${table} WHERE ${key} IN
    (SELECT ${key} FROM ${table} WHERE ${expired} LIMIT ${PURGE} FOR UPDATE SKIP LOCKED)`;
}

/**
 * Ends the oldest sessions beyond the limit; clears away what has expired. $1 subject, $2 application, $3 family, $4 limit.
 *
 * Of logins at once each counts itself as the newest, and none sees what the others have just ended: they would end each
 * other. So where there are too many, all are locked, always in one order, which shows them as they are then, and
 * counted again.
 */
export const EVICT = `WITH sessions AS (
    ${purge("strongroom_sessions", "family", `absolute_expires_at < ${NOW} - ${GRACE}`)}
  ), subjects AS (
    ${purge("strongroom_subjects", "subject", `until <= ${NOW} AND NOT ${HELD}`)}
  ), too_many AS (
    SELECT FROM strongroom_sessions WHERE subject = $1 AND application = $2 AND ${LIVE} OFFSET $4::int LIMIT 1
  ), locked AS (
    SELECT family, created_at FROM strongroom_sessions
    WHERE subject = $1 AND application = $2 AND ${LIVE} AND EXISTS (SELECT FROM too_many) ORDER BY family FOR UPDATE
  ), surplus AS (
    SELECT family FROM locked ORDER BY family = $3 DESC, created_at DESC, family DESC OFFSET $4::int
  )
  ${END} WHERE family IN (SELECT family FROM surplus) AND NOT revoked RETURNING ${DURABLE}`;

/** Every other statement. */
export const SQL = {
  now: `SELECT ${NOW} AS now`,
  insert: `INSERT INTO strongroom_sessions
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${DURABLE}`,
  load: `SELECT family, subject, application, version, record, sealed, lease,
      revoked OR created_at <= ${REVOKED_BEFORE} AS revoked,
      created_at, idle_expires_at, absolute_expires_at, ${NOW} AS now
    FROM strongroom_sessions WHERE family = $1`,
  swap: `WITH swapped AS (
      UPDATE strongroom_sessions
      SET version = version + 1, record = $3, idle_expires_at = $4, sealed = $5, lease = $6, revoked = $7
      WHERE family = $1 AND version = $2 AND NOT revoked AND created_at > ${REVOKED_BEFORE} RETURNING ${DURABLE}
    )
    SELECT (SELECT count(*) FROM swapped)::int AS swapped, ${NOW} AS now`,
  revoke: `${END} WHERE family = $1 AND NOT revoked RETURNING ${DURABLE}`,
  revokeSubject: `WITH marked AS (
      INSERT INTO strongroom_subjects AS s VALUES ($1, $2, NULL) ON CONFLICT (subject)
      DO UPDATE SET revoked_before = greatest(s.revoked_before, excluded.revoked_before), until = NULL
      RETURNING ${DURABLE}
    )
    ${END} WHERE subject = $1 AND created_at <= $2 AND NOT revoked RETURNING ${DURABLE}`,
  // The mark stays only as long as a login may be under way, or one that was has left a session.
  deleteSubject: `WITH marked AS (
      INSERT INTO strongroom_subjects AS s VALUES ($1, ${NOW}, ${NOW} + ${GRACE}) ON CONFLICT (subject)
      DO UPDATE SET revoked_before = greatest(s.revoked_before, excluded.revoked_before), until = excluded.until
      RETURNING ${DURABLE}
    )
    DELETE FROM strongroom_sessions WHERE subject = $1 RETURNING ${DURABLE}`,
  list: `SELECT family, application, created_at, idle_expires_at, absolute_expires_at
    FROM strongroom_sessions WHERE subject = $1 AND ${LIVE} AND (created_at, family) < ($2::float8, $3::text)
    ORDER BY created_at DESC, family DESC LIMIT ${PAGE + 1}`,
  putOnce: `WITH purged AS (
      ${purge("strongroom_values", "key", `until <= ${NOW} AND key <> $1`)}
    )
    INSERT INTO strongroom_values AS v VALUES ($1, '', ${NOW} + $2) ON CONFLICT (key)
    DO UPDATE SET value = excluded.value, until = excluded.until WHERE v.until <= ${NOW} RETURNING ${DURABLE}`,
  get: `SELECT value FROM strongroom_values WHERE key = $1 AND until > ${NOW}`,
  put: `WITH purged AS (
      ${purge("strongroom_values", "key", `until <= ${NOW} AND key <> $1`)}
    )
    INSERT INTO strongroom_values VALUES ($1, $2, ${NOW} + $3) ON CONFLICT (key)
    DO UPDATE SET value = excluded.value, until = excluded.until RETURNING ${DURABLE}`,
};
