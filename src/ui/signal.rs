//! Signals and memos, all of one type.
//!
//! Leptos compiles its signals and memos anew for each type that they hold.
//! Here what they hold is in a box of one type, and only the handle knows what
//! is in it: see [`super::dom`], where elements are of one type too.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

/// A value in its box.
type Held = Arc<dyn Any + Send + Sync>;

/// What changes, and tells the effects and memos that read it.
pub(super) type Signal<T> = Live<T, RwSignal<Held>>;

/// What follows from signals. It is made anew when they change, once somebody
/// reads it, and tells its readers only if it came out different.
pub(super) type Memo<T> = Live<T, leptos::prelude::Memo<Held>>;

/// The handle of a signal or a memo, `S`, that holds a `T`.
pub(super) struct Live<T, S> {
    source: S,
    holds: PhantomData<fn() -> T>,
}

impl<T, S: Copy> Clone for Live<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S: Copy> Copy for Live<T, S> {}

impl<T, S> Live<T, S>
where
    T: Clone + Send + Sync + 'static,
    S: Get<Value = Held> + GetUntracked<Value = Held> + Track + Copy,
{
    fn of(source: S) -> Self {
        Self { source, holds: PhantomData }
    }

    /// The value now, followed by the effect or memo that asks.
    pub(super) fn get(self) -> T {
        self.with(T::clone)
    }

    /// The value now, not followed.
    pub(super) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// Looks at the value, followed by the effect or memo that asks.
    pub(super) fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(value(&self.source.get()))
    }

    /// Looks at the value, not followed.
    pub(super) fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(value(&self.source.get_untracked()))
    }

    /// Is followed by the effect or memo that asks, which does not look.
    pub(super) fn track(self) {
        self.source.track();
    }
}

impl<T: Clone + Send + Sync + 'static> Signal<T> {
    /// A signal of the current owner.
    pub(super) fn new(value: T) -> Self {
        Self::of(RwSignal::new(Arc::new(value)))
    }

    /// Changes the value.
    pub(super) fn set(self, value: T) {
        self.source.set(Arc::new(value));
    }

    /// Whether the owner is gone, and with it the value. What the browser calls
    /// later than now has to ask.
    pub(super) fn is_gone(self) -> bool {
        self.source.is_disposed()
    }

    /// Changes a part of the value.
    pub(super) fn update(self, change: impl FnOnce(&mut T)) {
        let mut value = self.get_untracked();
        change(&mut value);
        self.set(value);
    }
}

impl<T: Clone + Send + Sync + 'static> Memo<T> {
    /// A memo of the current owner.
    pub(super) fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self::compared(make, |before, now| value::<T>(before) != value::<T>(now))
    }

    /// A memo of a value that counts as different whenever it is made.
    pub(super) fn always_new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::compared(make, |_, _| true)
    }

    fn compared(
        make: impl Fn() -> T + Send + Sync + 'static,
        differ: fn(&Held, &Held) -> bool,
    ) -> Self {
        Self::of(memo(Box::new(move || Arc::new(make())), differ))
    }
}

fn memo(
    make: Box<dyn Fn() -> Held + Send + Sync>,
    differ: fn(&Held, &Held) -> bool,
) -> leptos::prelude::Memo<Held> {
    leptos::prelude::Memo::new_owning(move |before| {
        let now = make();
        let differs = before.as_ref().is_none_or(|before| differ(before, &now));
        (now, differs)
    })
}

/// What is in a box.
fn value<T: 'static>(held: &Held) -> &T {
    match held.downcast_ref() {
        Some(value) => value,
        // Only this module fills boxes, and gives out handles of the same type.
        None => unreachable!("a handle knows what it holds"),
    }
}
