-- One version for the whole table of silos: every change of a silo's row must name the version it read and raises it by one.
CREATE TABLE IF NOT EXISTS orleans.orleansmembershipversiontable
(
    deploymentid text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS orleans.orleansmembershiptable
(
    deploymentid text NOT NULL REFERENCES orleans.orleansmembershipversiontable (deploymentid),
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    siloname text NOT NULL,
    hostname text NOT NULL,
    status integer NOT NULL,
    proxyport integer NULL,
    suspecttimes text NULL,
    starttime timestamptz(3) NOT NULL,
    iamalivetime timestamptz(3) NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);

INSERT INTO orleans.orleansquery AS q VALUES ('InsertMembershipVersionKey', $query$
WITH made AS (
    INSERT INTO orleans.orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId::text) ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*)::integer FROM made
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- The version's row is locked first and alone decides: the silo's row is written only where the version was raised.
INSERT INTO orleans.orleansquery AS q VALUES ('InsertMembershipKey', $query$
WITH raised AS (
    UPDATE orleans.orleansmembershipversiontable SET version = version + 1
    WHERE deploymentid = @DeploymentId::text AND version = @Version::integer
        AND NOT EXISTS (
            SELECT FROM orleans.orleansmembershiptable
            WHERE deploymentid = @DeploymentId::text AND address = @Address::text AND port = @Port::integer AND generation = @Generation::integer)
    RETURNING deploymentid
), joined AS (
    INSERT INTO orleans.orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT deploymentid, @Address::text, @Port::integer, @Generation::integer, @SiloName::text, @HostName::text, @Status::integer,
        @ProxyPort::integer, @StartTime::timestamptz, @IAmAliveTime::timestamptz
    FROM raised
    RETURNING 1
)
SELECT count(*)::integer FROM joined
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- A silo's sign of life may come in between and be younger than the one in hand: the younger stays.
INSERT INTO orleans.orleansquery AS q VALUES ('UpdateMembershipKey', $query$
WITH raised AS (
    UPDATE orleans.orleansmembershipversiontable SET version = version + 1
    WHERE deploymentid = @DeploymentId::text AND version = @Version::integer
        AND EXISTS (
            SELECT FROM orleans.orleansmembershiptable
            WHERE deploymentid = @DeploymentId::text AND address = @Address::text AND port = @Port::integer AND generation = @Generation::integer)
    RETURNING deploymentid
), changed AS (
    UPDATE orleans.orleansmembershiptable AS m
    SET status = @Status::integer, suspecttimes = @SuspectTimes::text, iamalivetime = greatest(m.iamalivetime, @IAmAliveTime::timestamptz)
    FROM raised
    WHERE m.deploymentid = raised.deploymentid AND m.address = @Address::text AND m.port = @Port::integer AND m.generation = @Generation::integer
    RETURNING 1
)
SELECT count(*)::integer FROM changed
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('UpdateIAmAlivetimeKey', $query$
UPDATE orleans.orleansmembershiptable
SET iamalivetime = greatest(iamalivetime, @IAmAliveTime::timestamptz)
WHERE deploymentid = @DeploymentId::text AND address = @Address::text AND port = @Port::integer AND generation = @Generation::integer
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- A deployment without silos still has its version, so that row comes with nothing beside it.
INSERT INTO orleans.orleansquery AS q VALUES ('MembershipReadRowKey', $query$
SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
    m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes, m.starttime AS StartTime,
    m.iamalivetime AS IAmAliveTime, v.version AS Version
FROM orleans.orleansmembershipversiontable v
LEFT JOIN orleans.orleansmembershiptable m
    ON m.deploymentid = v.deploymentid AND m.address = @Address::text AND m.port = @Port::integer AND m.generation = @Generation::integer
WHERE v.deploymentid = @DeploymentId::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('MembershipReadAllKey', $query$
SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
    m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes, m.starttime AS StartTime,
    m.iamalivetime AS IAmAliveTime, v.version AS Version
FROM orleans.orleansmembershipversiontable v
LEFT JOIN orleans.orleansmembershiptable m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('GatewaysQueryKey', $query$
SELECT address AS Address, proxyport AS ProxyPort, generation AS Generation
FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId::text AND status = @Status::integer AND proxyport > 0
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('DeleteMembershipTableEntriesKey', $query$
DELETE FROM orleans.orleansmembershiptable WHERE deploymentid = @DeploymentId::text;
DELETE FROM orleans.orleansmembershipversiontable WHERE deploymentid = @DeploymentId::text;
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- Status 6 is SiloStatus.Dead. A silo that someone suspected lately may still be argued about: it stays.
INSERT INTO orleans.orleansquery AS q VALUES ('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId::text AND status = 6 AND coalesce(suspecttimes, '') = ''
    AND starttime < @IAmAliveTime::timestamptz AND iamalivetime < @IAmAliveTime::timestamptz
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

-- The row as it was read and judged; a row that changed since stays.
INSERT INTO orleans.orleansquery AS q VALUES ('CleanupDefunctSiloEntryKey', $query$
DELETE FROM orleans.orleansmembershiptable
WHERE deploymentid = @DeploymentId::text AND address = @Address::text AND port = @Port::integer AND generation = @Generation::integer
    AND status = 6 AND coalesce(suspecttimes, '') = coalesce(@SuspectTimes::text, '')
    AND starttime = @StartTime::timestamptz AND iamalivetime = @IAmAliveTime::timestamptz
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;
