CREATE TABLE IF NOT EXISTS orleans.orleansstorage
(
    serviceid text NOT NULL,
    graintypestring text NOT NULL,
    graintypehash integer NOT NULL,
    grainidhash integer NOT NULL,
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    grainidextensionstring text NULL,
    payloadbinary bytea NULL,
    version integer NOT NULL,
    modifiedon timestamptz NOT NULL
)
-- Rows are overwritten all the time: room in each page lets the new version stay beside the old one, and the index as it is.
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Over the whole key, so that of two first writes one loses. Key parts that may be missing are equal when both are.
CREATE UNIQUE INDEX IF NOT EXISTS orleansstorage_key ON orleans.orleansstorage
    (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, grainidextensionstring, serviceid) NULLS NOT DISTINCT;

-- Orleans takes it for a conflict when it gets back the version it sent, or none at all: so every path gives exactly one row.
INSERT INTO orleans.orleansquery AS q VALUES ('WriteToStorageKey', $query$
WITH first_write AS (
    INSERT INTO orleans.orleansstorage
        (serviceid, graintypestring, graintypehash, grainidhash, grainidn0, grainidn1, grainidextensionstring, payloadbinary, version, modifiedon)
    SELECT @ServiceId::text, @GrainTypeString::text, @GrainTypeHash::integer, @GrainIdHash::integer, @GrainIdN0::bigint, @GrainIdN1::bigint,
        @GrainIdExtensionString::text, @PayloadBinary::bytea, 1, now()
    WHERE @GrainStateVersion::integer IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
), overwrite AS (
    UPDATE orleans.orleansstorage
    SET payloadbinary = @PayloadBinary::bytea, version = version + 1, modifiedon = now()
    WHERE grainidhash = @GrainIdHash::integer AND graintypehash = @GrainTypeHash::integer
        AND grainidn0 = @GrainIdN0::bigint AND grainidn1 = @GrainIdN1::bigint
        AND graintypestring = @GrainTypeString::text AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::text
        AND serviceid = @ServiceId::text AND version = @GrainStateVersion::integer
    RETURNING version
)
SELECT coalesce((SELECT version FROM first_write), (SELECT version FROM overwrite), @GrainStateVersion::integer) AS NewGrainStateVersion
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('ReadFromStorageKey', $query$
SELECT payloadbinary AS PayloadBinary, version AS Version
FROM orleans.orleansstorage
WHERE grainidhash = @GrainIdHash::integer AND graintypehash = @GrainTypeHash::integer
    AND grainidn0 = @GrainIdN0::bigint AND grainidn1 = @GrainIdN1::bigint
    AND graintypestring = @GrainTypeString::text AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::text
    AND serviceid = @ServiceId::text
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('ClearStorageKey', $query$
WITH cleared AS (
    UPDATE orleans.orleansstorage
    SET payloadbinary = NULL, version = version + 1, modifiedon = now()
    WHERE grainidhash = @GrainIdHash::integer AND graintypehash = @GrainTypeHash::integer
        AND grainidn0 = @GrainIdN0::bigint AND grainidn1 = @GrainIdN1::bigint
        AND graintypestring = @GrainTypeString::text AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::text
        AND serviceid = @ServiceId::text AND version = @GrainStateVersion::integer
    RETURNING version
)
SELECT coalesce((SELECT version FROM cleared), @GrainStateVersion::integer) AS NewGrainStateVersion
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;

INSERT INTO orleans.orleansquery AS q VALUES ('DeleteStorageKey', $query$
WITH deleted AS (
    DELETE FROM orleans.orleansstorage
    WHERE grainidhash = @GrainIdHash::integer AND graintypehash = @GrainTypeHash::integer
        AND grainidn0 = @GrainIdN0::bigint AND grainidn1 = @GrainIdN1::bigint
        AND graintypestring = @GrainTypeString::text AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::text
        AND serviceid = @ServiceId::text AND version = @GrainStateVersion::integer
    RETURNING version + 1 AS version
)
SELECT coalesce((SELECT version FROM deleted), @GrainStateVersion::integer) AS NewGrainStateVersion
$query$)
ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE q.querytext <> excluded.querytext;
