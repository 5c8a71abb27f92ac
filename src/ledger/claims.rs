//! What was taken from watch folders: claims before they are carried out, and where each original is afterwards.
//!
//! A claim is recorded before the first file is renamed, and forgotten when its batch is received: a line that is killed
//! in between finds it and completes it. An original that was claimed has a place of its own, which only this program
//! changes: claimed, then done or held.

use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{BatchState, HeldState, Json, Ledger, LedgerError, OriginalPlace, PathBytes};
use crate::model::{Digest, Fault};

/// A batch that is to be taken from a watch folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    /// The batch's key.
    pub key: String,
    /// The case's name, raw.
    pub case: String,
    /// Its files in order.
    pub files: Vec<ClaimedRow>,
}

/// A file of a [`ClaimRow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedRow {
    /// Name below the watch folder, with the day before it.
    pub name: String,
    /// Where it was found.
    pub source: PathBuf,
    /// Where it is brought.
    pub path: PathBuf,
}

/// An original that is not where it belongs, now that its batch is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Row of its scan.
    pub scan: i64,
    /// The watch folder.
    pub root: PathBuf,
    /// Name below the watch folder, with the day before it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What is held of it and waits for a person: number, page from 0 (`None`: the whole file), fault. If this is empty
    /// it belongs to what is done.
    pub held: Vec<(i64, Option<u32>, Fault)>,
}

impl Ledger {
    /// A short word that tells this line from others at the same watch folders; the same for the ledger's life.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn instance(&mut self) -> Result<String, LedgerError> {
        self.write(|sql| {
            let known = sql.query_row("SELECT instance FROM line", (), |row| row.get(0)).optional()?;
            if let Some(instance) = known {
                return Ok(instance);
            }
            let seed: Vec<u8> = sql.query_row("SELECT randomblob(16)", (), |row| row.get(0))?;
            let instance: String = Digest::of(&seed).to_string().chars().take(8).collect();
            sql.execute("INSERT INTO line (id, instance) VALUES (1, ?1)", [&instance])?;
            Ok(instance)
        })
    }

    /// Folders that were walked or watched so far.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn roots(&self) -> Result<Vec<PathBuf>, LedgerError> {
        let mut statement = self.sql.prepare("SELECT path FROM root")?;
        let rows = statement.query_map((), |row| Ok(row.get::<_, PathBytes>(0)?.0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records claims of one watch folder, in one transaction. Repeating it changes nothing.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn claim(&mut self, root: &Path, claims: &[ClaimRow]) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute("INSERT OR IGNORE INTO root (path) VALUES (?1)", [PathBytes::from(root)])?;
            let sql_file = "INSERT OR IGNORE INTO claim (root, key, casename, seq, name, source, path)
                            SELECT root.id, ?2, ?3, ?4, ?5, ?6, ?7 FROM root WHERE root.path = ?1";
            let mut insert = sql.prepare_cached(sql_file)?;
            for claim in claims {
                for (seq, file) in claim.files.iter().enumerate() {
                    insert.execute(params![
                        PathBytes::from(root),
                        claim.key,
                        claim.case,
                        seq as i64,
                        file.name,
                        PathBytes::from(file.source.as_path()),
                        PathBytes::from(file.path.as_path())
                    ])?;
                }
            }
            Ok(())
        })
    }

    /// Claims of a watch folder that were recorded and not received yet, in order.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn claims(&self, root: &Path) -> Result<Vec<ClaimRow>, LedgerError> {
        let mut statement = self.sql.prepare(
            "SELECT claim.key, claim.casename, claim.name, claim.source, claim.path FROM claim
             JOIN root ON root.id = claim.root WHERE root.path = ?1 ORDER BY claim.id",
        )?;
        let rows = statement.query_map([PathBytes::from(root)], |row| {
            let file = ClaimedRow {
                name: row.get(2)?,
                source: row.get::<_, PathBytes>(3)?.0,
                path: row.get::<_, PathBytes>(4)?.0,
            };
            Ok((row.get(0)?, row.get(1)?, file))
        })?;
        let mut claims: Vec<ClaimRow> = Vec::new();
        for row in rows {
            let (key, case, file): (String, String, ClaimedRow) = row?;
            match claims.last_mut() {
                Some(last) if last.key == key => last.files.push(file),
                _ => claims.push(ClaimRow { key, case, files: vec![file] }),
            }
        }
        Ok(claims)
    }

    /// Whether a claim or a batch of this watch folder has the key already.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn is_key_taken(&self, root: &Path, key: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM batch WHERE root = r.id AND key = ?2)
                     OR EXISTS (SELECT 1 FROM claim WHERE root = r.id AND key = ?2) FROM root AS r WHERE r.path = ?1";
        let taken: Option<bool> = self
            .sql
            .prepare_cached(sql)?
            .query_row(params![PathBytes::from(root), key], |row| row.get(0))
            .optional()?;
        Ok(taken.unwrap_or(false))
    }

    /// Forgets a claim of which nothing is left to take.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn forget_claim(&mut self, root: &Path, key: &str) -> Result<(), LedgerError> {
        self.write(|sql| {
            sql.execute(
                "DELETE FROM claim WHERE root = (SELECT id FROM root WHERE path = ?1) AND key = ?2",
                params![PathBytes::from(root), key],
            )?;
            Ok(())
        })
    }

    /// Originals of delivered batches that are not where they belong; with `batch` only those of that one.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn misplaced(&self, batch: Option<i64>) -> Result<Vec<Original>, LedgerError> {
        // Few are claimed or held at any time; of one batch, few are there at all.
        let sql = match batch {
            None => {
                "SELECT scan.id, root.path, scan.name, scan.path, scan.shelf FROM scan
                 JOIN batch ON batch.id = scan.batch JOIN root ON root.id = scan.root
                 WHERE scan.shelf IN (1, 3) AND batch.state = ?1 AND ?2 IS NULL"
            }
            Some(_) => {
                "SELECT scan.id, root.path, scan.name, scan.path, scan.shelf FROM scan
                 JOIN batch ON batch.id = scan.batch JOIN root ON root.id = scan.root
                 WHERE scan.batch = ?2 AND scan.shelf IN (1, 2, 3) AND batch.state = ?1"
            }
        };
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map(params![BatchState::Delivered, batch], |row| {
            let original = Original {
                scan: row.get(0)?,
                root: row.get::<_, PathBytes>(1)?.0,
                name: row.get(2)?,
                path: row.get::<_, PathBytes>(3)?.0,
                held: Vec::new(),
            };
            Ok((original, row.get::<_, OriginalPlace>(4)?))
        })?;
        let mut misplaced = Vec::new();
        for row in rows {
            let (mut original, place) = row?;
            original.held = self.waits_for_a_person(original.scan)?;
            let belongs = if original.held.is_empty() { OriginalPlace::Done } else { OriginalPlace::Held };
            if place != belongs {
                misplaced.push(original);
            }
        }
        Ok(misplaced)
    }

    fn waits_for_a_person(&self, scan: i64) -> Result<Vec<(i64, Option<u32>, Fault)>, LedgerError> {
        let sql = "SELECT id, idx, fault FROM held WHERE scan = ?1 AND state NOT IN (?2, ?3) ORDER BY idx";
        let mut statement = self.sql.prepare_cached(sql)?;
        let rows = statement.query_map(params![scan, HeldState::Discarded, HeldState::Settled], |row| {
            Ok((row.get(0)?, u32::try_from(row.get::<_, i64>(1)?).ok(), row.get::<_, Json<Fault>>(2)?.0))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Originals were brought to other places: rows of their scans, and where they are now.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn moved(&mut self, originals: &[(i64, PathBuf, OriginalPlace)]) -> Result<(), LedgerError> {
        self.write(|sql| {
            let mut update = sql.prepare_cached("UPDATE scan SET path = ?2, shelf = ?3 WHERE id = ?1")?;
            for (scan, path, place) in originals {
                update.execute(params![scan, PathBytes::from(path.as_path()), place])?;
            }
            Ok(())
        })
    }
}

/// The batch is received: its claim, if it was one, is fulfilled.
pub(super) fn fulfil(sql: &Transaction<'_>, root: i64, key: &str) -> Result<(), LedgerError> {
    sql.prepare_cached("DELETE FROM claim WHERE root = ?1 AND key = ?2")?.execute(params![root, key])?;
    Ok(())
}
