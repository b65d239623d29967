CREATE TABLE IF NOT EXISTS orleans.orleansreminderstable
(
    serviceid text NOT NULL,
    grainid text NOT NULL,
    remindername text NOT NULL,
    starttime timestamptz(3) NOT NULL,
    period bigint NOT NULL,
    grainhash integer NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

-- Versions come from one sequence, so that a reminder made again never has an ETag that an older one had.
CREATE SEQUENCE IF NOT EXISTS orleans.reminder_version AS integer CYCLE;

INSERT INTO orleans.orleansquery AS q VALUES ('UpsertReminderRowKey', $query$
INSERT INTO orleans.orleansreminderstable AS r (serviceid, grainid, remindername, starttime, period, grainhash, version)
VALUES (@ServiceId::text, @GrainId::text, @ReminderName::text, @StartTime::timestamptz, @Period::bigint, @GrainHash::integer,
    nextval('orleans.reminder_version')::integer)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = excluded.version
RETURNING version AS Version
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('ReadReminderRowsKey', $query$
SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId::text AND grainid = @GrainId::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('ReadReminderRowKey', $query$
SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
FROM orleans.orleansreminderstable
WHERE serviceid = @ServiceId::text AND grainid = @GrainId::text AND remindername = @ReminderName::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- Hashes are unsigned and stored as signed integers. Which of the two range queries Orleans picks has differed between its versions, so both
-- say the whole rule: (begin, end], over the top of the ring where begin is not below end.
INSERT INTO orleans.orleansquery AS q
SELECT key, $query$
SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
FROM orleans.orleansreminderstable,
    LATERAL (SELECT grainhash::bigint & 4294967295 AS hash, @BeginHash::integer::bigint & 4294967295 AS first, @EndHash::integer::bigint & 4294967295 AS last) AS ring
WHERE serviceid = @ServiceId::text
    AND CASE WHEN ring.first < ring.last THEN ring.hash > ring.first AND ring.hash <= ring.last ELSE ring.hash > ring.first OR ring.hash <= ring.last END
$query$
FROM (VALUES ('ReadRangeRows1Key'), ('ReadRangeRows2Key')) AS keys(key)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('DeleteReminderRowKey', $query$
WITH removed AS (
    DELETE FROM orleans.orleansreminderstable
    WHERE serviceid = @ServiceId::text AND grainid = @GrainId::text AND remindername = @ReminderName::text AND version = @Version::integer
    RETURNING 1
)
SELECT count(*)::integer FROM removed
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('DeleteReminderRowsKey', $query$
DELETE FROM orleans.orleansreminderstable WHERE serviceid = @ServiceId::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;
