//! A short list that is in order.

/// Things in the order in which they come up; equal ones as they joined. For
/// the few that a task has in service this is faster than a heap, which would
/// guess as many branches wrong as it has levels.
#[derive(Debug, Clone)]
pub(super) struct Line<T> {
    /// Those that have left stand before the others for a while.
    items: Vec<T>,
    left: usize,
}

impl<T: Copy + PartialOrd> Line<T> {
    pub(super) fn new() -> Self {
        Self { items: Vec::new(), left: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() - self.left
    }

    /// The one that comes up next.
    #[inline]
    pub(super) fn first(&self) -> Option<T> {
        self.items.get(self.left).copied()
    }

    /// Takes the one that comes up next.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let first = self.first()?;
        self.left += 1;
        Some(first)
    }

    /// Joins in.
    #[inline]
    pub(super) fn insert(&mut self, one: T) {
        /// In a line so long the place is searched for from both ends.
        const LONG: usize = 64;
        if self.left > LONG.max(self.len()) {
            self.items.drain(..self.left);
            self.left = 0;
        }
        if self.len() > LONG {
            let before = self.items[self.left..].partition_point(|other| *other <= one);
            self.items.insert(self.left + before, one);
            return;
        }
        let mut at = self.items.len();
        self.items.push(one);
        while at > self.left && self.items[at - 1] > one {
            self.items[at] = self.items[at - 1];
            at -= 1;
        }
        self.items[at] = one;
    }

    pub(super) fn into_iter(mut self) -> impl Iterator<Item = T> {
        self.items.drain(..self.left);
        self.items.into_iter()
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items[self.left..].iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number, and when it joined.
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct One(u64, usize);

    impl PartialOrd for One {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            self.0.partial_cmp(&other.0)
        }
    }

    /// A line of this length on average, from which as many leave as join.
    #[test]
    fn all_come_up_in_order_and_equal_ones_as_they_joined() {
        for length in [1, 10, 200] {
            let (mut line, mut sorted) = (Line::new(), Vec::new());
            for n in 0..2000 {
                let one = One((n as u64 * 7919) % 13 + n as u64 / 5, n);
                line.insert(one);
                // A stable sort, of numbers alone.
                sorted.push(one);
                sorted.sort_by_key(|one| one.0);
                if n >= length {
                    assert_eq!(line.pop(), Some(sorted.remove(0)));
                }
                assert_eq!((line.len(), line.first()), (sorted.len(), sorted.first().copied()));
            }
            assert!(line.items.len() < 3 * length + 200, "those that have left go at last");
            assert_eq!(line.into_iter().collect::<Vec<_>>(), sorted);
        }
    }
}
