//! Parquet: each row a line, the columns as labels; a finding's line is its row.

use std::io;

use super::body::Body;
use super::members::Members;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
}

#[cfg(not(feature = "containers"))]
pub(super) fn read(_: &mut Members<'_, '_>, _: &mut Body<'_>) -> io::Result<()> {
    Err(super::bytes::broken(super::codecs::NOT_BUILT))
}

#[cfg(feature = "containers")]
pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    use parquet::file::serialized_reader::SerializedFileReader;

    match body.file() {
        Some(file) => built::table(members, SerializedFileReader::new(file.try_clone()?)),
        None => {
            let kept = members.whole(body)?;
            built::table(members, SerializedFileReader::new(bytes::Bytes::from(kept)))
        }
    }
}

#[cfg(feature = "containers")]
mod built {
    use std::io;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use parquet::errors::ParquetError;
    use parquet::file::reader::{ChunkReader, FileReader};
    use parquet::file::serialized_reader::SerializedFileReader;
    use parquet::record::{Field, Row};

    use super::super::bytes::broken;
    use super::super::limits::{Counts, Metered};
    use super::super::markup::Made;
    use super::super::members::Members;
    use super::super::rows;

    /// Another crate's error in our own words: theirs may quote what they read.
    fn damaged(_: ParquetError) -> io::Error {
        broken("damaged or cut off")
    }

    pub(super) fn table<R: ChunkReader + 'static>(
        members: &mut Members<'_, '_>,
        file: Result<SerializedFileReader<R>, ParquetError>,
    ) -> io::Result<()> {
        let file = file.map_err(damaged)?;
        let fields = file.metadata().file_metadata().schema_descr().root_schema().get_fields().to_vec();
        let columns: Vec<&str> = fields.iter().map(|field| field.name()).collect();
        let mut all = file.get_row_iter(None).map_err(damaged)?;
        let mut head = true;
        let meter = members.meter();
        let text = Made::new(|out: &mut Vec<u8>| {
            if std::mem::take(&mut head) {
                rows::line(&columns, out);
                return Ok(true);
            }
            // The crate is not free of panics on damaged files.
            match catch_unwind(AssertUnwindSafe(|| all.next())) {
                Ok(None) => Ok(false),
                Ok(Some(Ok(row))) => {
                    rows::line(&cells(&row), out);
                    Ok(true)
                }
                Ok(Some(Err(error))) => Err(damaged(error)),
                Err(_) => Err(broken("damaged")),
            }
        });
        members.table("rows", &mut Metered { from: text, meter, counts: Counts::Made })
    }

    fn cells(row: &Row) -> Vec<Vec<u8>> {
        row.get_column_iter().map(|(_, field)| cell(field)).collect()
    }

    fn cell(field: &Field) -> Vec<u8> {
        match field {
            Field::Null => Vec::new(),
            Field::Str(text) => text.clone().into_bytes(),
            Field::Bytes(bytes) => rows::printable(bytes.data()),
            Field::Date(_) => field.to_string().into_bytes().into_iter().take(10).collect(),
            other => other.to_string().into_bytes(),
        }
    }
}
