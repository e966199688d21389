//! Leptos' `view!`, without markup made from strings.

/// Leptos' [`view!`](leptos::view), for a page whose policy refuses `innerHTML`.
///
/// Leptos sets an element whose inside is written out in the source as markup.
/// That is refused here (see the content security policy), so this macro puts
/// each literal in braces, which makes Leptos create the elements one by one.
/// The test of the built site looks for what slips through: an element with
/// neither text nor attribute nor block in it, such as an empty table cell.
macro_rules! view {
    (@done $($out:tt)*) => { ::leptos::view! { $($out)* } };
    (@next [$($out:tt)*]) => { view!(@done $($out)*) };
    // The dash of `aria-label` is none of a number, for which `literal` takes it.
    (@next [$($out:tt)*] - $($rest:tt)*) => { view!(@next [$($out)* -] $($rest)*) };
    (@next [$($out:tt)*] $literal:literal $($rest:tt)*) => {
        view!(@next [$($out)* { $literal }] $($rest)*)
    };
    (@next [$($out:tt)*] $other:tt $($rest:tt)*) => {
        view!(@next [$($out)* $other] $($rest)*)
    };
    ($($all:tt)*) => { view!(@next [] $($all)*) };
}
pub(crate) use view;
