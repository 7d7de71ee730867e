//! Edits of a library's file: its comments, its order and everything that is not edited stay as they are.

use super::{Bullet, Ruling, Status};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

/// The file's text with another bullet at its end; `None` when `text` is no library.
pub fn added(text: &str, bullet: &Bullet) -> Option<String> {
    let mut file: DocumentMut = text.parse().ok()?;
    let bullets = file.entry("bullet").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    bullets.as_array_of_tables_mut()?.push(table(bullet));
    Some(file.to_string())
}

/// The file's text with this bullet vetted; `None` when it is not there.
pub fn vetted(text: &str, id: &str, ruling: &Ruling) -> Option<String> {
    edited(text, id, |bullet| {
        bullet.insert("status", value(Status::Vetted.name()));
        bullet.insert("vetted", value(inline(ruling)));
        bullet.remove("retired");
    })
}

/// The file's text with this bullet retired; `None` when it is not there.
pub fn retired(text: &str, id: &str, ruling: &Ruling) -> Option<String> {
    edited(text, id, |bullet| {
        bullet.insert("status", value(Status::Retired.name()));
        bullet.insert("retired", value(inline(ruling)));
    })
}

fn edited(text: &str, id: &str, edit: impl Fn(&mut Table)) -> Option<String> {
    let mut file: DocumentMut = text.parse().ok()?;
    let bullets = file.get_mut("bullet")?.as_array_of_tables_mut()?;
    let bullet = bullets.iter_mut().find(|bullet| bullet.get("id").and_then(Item::as_str) == Some(id))?;
    edit(bullet);
    Some(file.to_string())
}

fn table(bullet: &Bullet) -> Table {
    let list = |all: &[String]| value(all.iter().map(String::as_str).collect::<Array>());
    let mut table = Table::new();
    table.insert("id", value(&bullet.id));
    table.insert("text", value(&bullet.text));
    table.insert("author", value(&bullet.author));
    if !bullet.source.is_empty() {
        table.insert("source", list(&bullet.source));
    }
    table.insert("status", value(bullet.status.name()));
    if !bullet.tags.is_empty() {
        table.insert("tags", list(&bullet.tags));
    }
    for (key, ruling) in [("vetted", &bullet.vetted), ("retired", &bullet.retired)] {
        if let Some(ruling) = ruling {
            table.insert(key, value(inline(ruling)));
        }
    }
    table.decor_mut().set_prefix("\n");
    table
}

fn inline(ruling: &Ruling) -> InlineTable {
    let mut table = InlineTable::new();
    let parts = [("by", ruling.by.as_deref()), ("on", Some(ruling.on.as_str())), ("why", ruling.why.as_deref())];
    for (key, text) in parts {
        if let Some(text) = text {
            table.insert(key, text.into());
        }
    }
    table
}
