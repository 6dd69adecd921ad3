//! Lists that are nearly always empty.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A list that takes one word where it is empty, and is shared where it is cloned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Few<T>(Option<Arc<Vec<T>>>);

impl<T> Few<T> {
    /// Nothing.
    pub(crate) const fn new() -> Few<T> {
        Few(None)
    }
}

impl<T> Few<T> {
    /// Whether it is a clone of another, or both are empty.
    pub(crate) fn is_same(&self, other: &Few<T>) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl<T: Clone> Few<T> {
    /// Adds an item at the end.
    pub(crate) fn push(&mut self, item: T) {
        Arc::make_mut(self.0.get_or_insert_default()).push(item);
    }
}

impl<T> Clone for Few<T> {
    fn clone(&self) -> Few<T> {
        Few(self.0.clone())
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few::new()
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map(Vec::as_slice).unwrap_or_default()
    }
}

impl<T: Clone> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map(|items| Arc::make_mut(items).as_mut_slice()).unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(items: Vec<T>) -> Few<T> {
        Few((!items.is_empty()).then(|| Arc::new(items)))
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Few<T> {
        Few::from(items.into_iter().collect::<Vec<T>>())
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> std::slice::Iter<'a, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_to_a_clone_is_not_added_to_the_first() {
        let mut one: Few<u8> = Few::new();
        one.push(1);
        let mut two = one.clone();
        two.push(2);
        assert_eq!((&one[..], &two[..]), (&[1][..], &[1, 2][..]));
        two[0] = 3;
        assert_eq!((&one[..], &two[..]), (&[1][..], &[3, 2][..]));
        assert_eq!(Few::from(Vec::<u8>::new()), Few::new());
    }
}
