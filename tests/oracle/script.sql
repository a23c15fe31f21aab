-- SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO t SELECT i, 'row ' || i, i * 1.5 FROM n; CREATE INDEX b ON t(b);
UPDATE t SET c = c + 1 WHERE a % 7 = 0; DELETE FROM t WHERE a % 11 = 0;
SELECT count(*), sum(c) FROM t; VACUUM;
