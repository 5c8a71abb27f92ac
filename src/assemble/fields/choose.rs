//! The fields of a document out of the candidates of its pages.

use crate::model::Field;

use super::FieldRules;
use super::kind::Kind;

/// Two values are too near to tell which is meant if the second's confidence is more than this share of the first's.
const TOO_NEAR: f32 = 0.9;

/// The confidence that is left then: below one half, so that nobody takes it for an answer.
const IN_DOUBT: f32 = 0.45;

/// Most values of a field that may have several.
const MAX_VALUES: usize = 5;

/// No more sure than this: paper can be wrong, too.
const SUREST: f32 = 0.995;

/// The fields of a document of type `type_name`, given the candidates of its pages in order; `page` is set. Of a field that
/// only one value can be right for, the likeliest is told; below one half if another is as likely.
pub fn of_document(pages: &[&[Field]], type_name: &str, rules: &FieldRules) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for field in pages.iter().flat_map(|page| page.iter()) {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names.sort_by_key(|name| Kind::named(name).map_or(Kind::ALL.len(), |kind| kind as usize));
    for name in names {
        let Some(first_only) = asked_for(name, type_name, rules) else { continue };
        let several = Kind::named(name).is_some_and(Kind::may_be_several);
        let pages = if first_only { pages.get(..1).unwrap_or_default() } else { pages };
        let mut values: Vec<Field> = Vec::new();
        for (number, page) in pages.iter().enumerate() {
            for field in page.iter().filter(|field| field.name == name) {
                let page = u32::try_from(number).unwrap_or(u32::MAX);
                merge(&mut values, Field { page, ..field.clone() });
            }
        }
        values.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        if several {
            fields.extend(values.into_iter().take(MAX_VALUES));
            continue;
        }
        let rival = values.get(1).map_or(0.0, |field| field.confidence);
        if let Some(mut best) = values.into_iter().next() {
            if rival > TOO_NEAR * best.confidence {
                best.confidence = best.confidence.min(IN_DOUBT);
            }
            fields.push(best);
        }
    }
    fields
}

/// Whether a document of that type has the field, and if so, whether on its first page only.
fn asked_for(name: &str, type_name: &str, rules: &FieldRules) -> Option<bool> {
    let own = |kind: Kind| kind.on_first_page();
    let kind = Kind::named(name);
    let mut places = rules
        .rules
        .iter()
        .filter(|rule| rule.name == name && (rule.types.is_empty() || rule.types.iter().any(|t| t == type_name)))
        .map(|rule| rule.first_page || kind.is_some_and(own));
    let by_rule = places.next().map(|first| first && places.all(|first| first));
    by_rule.or_else(|| kind.filter(|kind| rules.read.contains(kind)).map(own))
}

/// Adds a candidate: one of the same value makes that surer, as two witnesses do that are not quite independent.
fn merge(values: &mut Vec<Field>, field: Field) {
    match values.iter_mut().find(|other| other.value == field.value) {
        Some(other) => {
            let (more, less) = (other.confidence.max(field.confidence), other.confidence.min(field.confidence));
            if field.confidence > other.confidence {
                *other = field;
            }
            other.confidence = (more + (1.0 - more) * less * 0.5).min(SUREST);
        }
        None => values.push(Field { confidence: field.confidence.min(SUREST), ..field }),
    }
}

/// The surest candidates, at most `of_a_name` of each name and `all` together. The same value in the same place is one.
pub(super) fn bounded(mut fields: Vec<Field>, of_a_name: usize, all: usize) -> Vec<Field> {
    fields.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Field> = Vec::new();
    for field in fields {
        let same = |other: &&Field| other.name == field.name;
        let twice = kept.iter().filter(same).any(|other| other.value == field.value && overlap(other, &field));
        if !twice && kept.iter().filter(same).count() < of_a_name && kept.len() < all {
            kept.push(field);
        }
    }
    kept
}

fn overlap(a: &Field, b: &Field) -> bool {
    let (a, b) = (a.bounds, b.bounds);
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}
