/// The forms that the queue's tables have had. A folder of an earlier form is brought to the last one in place.
enum Forms {
    /// What leads from each form to the next; the first makes the tables.
    static let steps = [first, second, third]

    private static let first = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, serial INTEGER NOT NULL, endpoint TEXT NOT NULL, base TEXT NOT NULL,
            input TEXT NOT NULL, seed INTEGER NOT NULL, engine TEXT, is_low INTEGER NOT NULL, state TEXT NOT NULL,
            is_cancelled INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL,
            start_by REAL, started REAL, finished REAL,
            status INTEGER, body TEXT, error TEXT, error_type TEXT, metrics TEXT
        );
        CREATE INDEX jobs_waiting ON jobs (state, is_low, serial);
        CREATE TABLE logs (
            job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, number INTEGER NOT NULL, timestamp TEXT NOT NULL,
            level TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (job, number)
        ) WITHOUT ROWID;
        CREATE TABLE files (
            path TEXT PRIMARY KEY, hash TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
            created REAL NOT NULL, expires REAL
        );
        CREATE INDEX files_by_hash ON files (hash);
        CREATE TABLE uploads (
            token TEXT PRIMARY KEY, path TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, lifetime REAL,
            created REAL NOT NULL
        );
        """

    /// Scripted jobs, results of any kind that expire, who may read a file, uploads in parts, webhooks.
    private static let second = """
        ALTER TABLE jobs ADD COLUMN gateway_id TEXT;
        ALTER TABLE jobs ADD COLUMN script TEXT;
        ALTER TABLE jobs ADD COLUMN not_before REAL NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN lifecycle TEXT;
        ALTER TABLE jobs ADD COLUMN keeps_io INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE jobs ADD COLUMN is_retried INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE jobs ADD COLUMN body_type TEXT;
        ALTER TABLE jobs ADD COLUMN headers TEXT;
        ALTER TABLE jobs ADD COLUMN expires REAL;
        CREATE INDEX jobs_by_serial ON jobs (serial);
        CREATE INDEX jobs_by_start ON jobs (state, start_by);
        ALTER TABLE files ADD COLUMN access TEXT;
        ALTER TABLE uploads ADD COLUMN access TEXT;
        ALTER TABLE uploads ADD COLUMN has_parts INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE upload_parts (
            token TEXT NOT NULL REFERENCES uploads (token) ON DELETE CASCADE, number INTEGER NOT NULL,
            etag TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (token, number)
        ) WITHOUT ROWID;
        CREATE TABLE deliveries (
            job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE, url TEXT NOT NULL, base TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next REAL NOT NULL DEFAULT 0, outcome TEXT
        );
        CREATE INDEX deliveries_due ON deliveries (state, next);
        """

    /// Runs that failed, apart from those that our own end cut short.
    private static let third = "ALTER TABLE jobs ADD COLUMN failed_runs INTEGER NOT NULL DEFAULT 0;"
}
