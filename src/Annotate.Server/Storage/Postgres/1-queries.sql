-- Orleans' AdoNet providers know no table but this one, which they read without a schema when they start: the connection's search_path names it.
-- Everything the queries in it touch is named in full, so that no search_path can lead them elsewhere.
CREATE SCHEMA IF NOT EXISTS orleans;

CREATE TABLE IF NOT EXISTS orleans.orleansquery
(
    querykey text PRIMARY KEY,
    querytext text NOT NULL
);
