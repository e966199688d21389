//! Elements of the page, all of one type.
//!
//! Leptos' `view!` gives every view a type of its own, and every closure in it
//! an effect of its own type. In the hundreds of elements of this page these
//! types weigh more than the model, the charts and the text together. Here an element is a
//! plain DOM node, made at once; whatever changes in it hangs on Leptos'
//! effects through a boxed closure, and goes with the owner that made it.

use headroom_model::decimal::fixed;
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, EventTarget, Node};

/// An element under construction.
#[derive(Clone)]
pub(super) struct El(Element);

/// A new HTML element.
pub(super) fn el(tag: &'static str, class: &str) -> El {
    made(document().create_element(tag), class)
}

/// A new element of SVG.
pub(super) fn svg(tag: &'static str) -> El {
    made(document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag), "")
}

fn made(element: Result<Element, JsValue>, class: &str) -> El {
    // Only a tag that is no name fails, and ours are written in this module's
    // callers; an element without meaning is better than a page that stops.
    let element =
        element.unwrap_or_else(|_| JsValue::from(document().create_comment("")).unchecked_into());
    let el = El(element);
    if class.is_empty() { el } else { el.attr("class", class) }
}

/// The text that a template of the page holds.
pub(super) fn text_of(template: &str) -> Option<String> {
    held(template)?.text_content()
}

fn held(template: &str) -> Option<Node> {
    let template = document().get_element_by_id(template)?;
    Some(template.dyn_into::<web_sys::HtmlTemplateElement>().ok()?.content().into())
}

/// Runs now, and again whenever a signal changes that it read, for as long as
/// the current owner lives.
pub(super) fn follow(f: impl FnMut() + 'static) {
    keep_following(Box::new(f));
}

fn keep_following(mut f: Box<dyn FnMut()>) {
    // A render effect lives as long as its handle.
    let effect = RenderEffect::new(move |_: Option<()>| f());
    when_gone(move || drop(effect));
}

/// Does something once the current owner goes.
pub(super) fn when_gone(f: impl FnOnce() + 'static) {
    at_the_end(Box::new(f));
}

fn at_the_end(f: Box<dyn FnOnce()>) {
    let f = StoredValue::new_local(Some(f));
    on_cleanup(move || {
        if let Some(f) = f.try_update_value(Option::take).flatten() {
            f();
        }
    });
}

/// Handles an event of anything in the browser for as long as the current
/// owner lives.
pub(super) fn listen(
    target: &EventTarget,
    event: &'static str,
    handle: impl FnMut(Event) + 'static,
) {
    keep_listening(target.clone(), event, Box::new(handle));
}

fn keep_listening(target: EventTarget, event: &'static str, handle: Box<dyn FnMut(Event)>) {
    let closure = Closure::wrap(handle);
    // Neither can fail: the function is one.
    target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).ok();
    when_gone(move || {
        target.remove_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).ok();
    });
}

/// Does something before the browser paints the next time. The current owner
/// may be gone by then.
pub(super) fn next_frame(f: impl FnOnce() + 'static) {
    let f: Box<dyn FnOnce()> = Box::new(f);
    request_animation_frame(f);
}

impl El {
    /// The node itself.
    pub(super) fn node(&self) -> &Element {
        &self.0
    }

    /// Sets an attribute.
    pub(super) fn attr(self, name: &str, value: &str) -> Self {
        // Names are literals of ours, and valid.
        self.0.set_attribute(name, value).ok();
        self
    }

    /// Follows an attribute, which is not there while there is no value.
    pub(super) fn live_attr(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        self.bind_attr(name, Box::new(value))
    }

    fn bind_attr(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let node = self.0.clone();
        follow(move || match value() {
            Some(value) => node.set_attribute(name, &value).unwrap_or_default(),
            None => node.remove_attribute(name).unwrap_or_default(),
        });
        self
    }

    /// Follows whether the element has a class.
    pub(super) fn toggle(self, class: &'static str, on: impl Fn() -> bool + 'static) -> Self {
        let list = self.0.class_list();
        follow(move || {
            list.toggle_with_force(class, on()).ok();
        });
        self
    }

    /// Follows a property of its style, through the CSSOM: the page's policy
    /// refuses style attributes.
    pub(super) fn style(
        self,
        property: &'static str,
        value: impl Fn() -> String + 'static,
    ) -> Self {
        self.bind_style(property, Box::new(value))
    }

    fn bind_style(self, property: &'static str, value: Box<dyn Fn() -> String>) -> Self {
        if let Some(node) = self.0.dyn_ref::<web_sys::HtmlElement>() {
            let style = node.style();
            follow(move || style.set_property(property, &value()).unwrap_or_default());
        }
        self
    }

    /// Puts an absolutely positioned element at a point [CSS px].
    pub(super) fn at(self, (x, y): (f64, f64)) -> Self {
        if let Some(node) = self.0.dyn_ref::<web_sys::HtmlElement>() {
            let style = node.style();
            style.set_property("left", &px(x)).ok();
            style.set_property("top", &px(y)).ok();
        }
        self
    }

    /// Follows a property, such as a field's value.
    pub(super) fn prop(self, name: &'static str, value: impl Fn() -> JsValue + 'static) -> Self {
        let node = self.0.clone();
        follow(move || {
            js_sys::Reflect::set(&node, &name.into(), &value()).ok();
        });
        self
    }

    /// Adds text.
    pub(super) fn text(self, text: &str) -> Self {
        self.append(&document().create_text_node(text));
        self
    }

    /// Adds text that changes.
    pub(super) fn live_text(self, text: impl Fn() -> String + 'static) -> Self {
        self.bind_text(Box::new(text))
    }

    fn bind_text(self, text: Box<dyn Fn() -> String>) -> Self {
        let node = document().create_text_node("");
        self.append(&node);
        follow(move || node.set_data(&text()));
        self
    }

    /// Adds an element.
    #[allow(clippy::needless_pass_by_value, reason = "a child is built where it is added")]
    pub(super) fn child(self, child: El) -> Self {
        self.append(&child.0);
        self
    }

    /// Adds a copy of what a template of the page holds.
    pub(super) fn template(self, id: &str) -> Self {
        if let Some(copy) = held(id).and_then(|it| it.clone_node_with_deep(true).ok()) {
            self.append(&copy);
        }
        self
    }

    /// Adds elements.
    pub(super) fn children(self, children: impl IntoIterator<Item = El>) -> Self {
        children.into_iter().for_each(|child| self.append(&child.0));
        self
    }

    /// Adds elements that are made anew whenever a signal changes that is read
    /// in making them. What their parts follow by themselves does not count, and
    /// elements that come again as the first ones stay where they are.
    pub(super) fn live(self, content: impl Fn() -> Vec<El> + 'static) -> Self {
        self.bind_content(Box::new(content))
    }

    fn bind_content(self, content: Box<dyn Fn() -> Vec<El>>) -> Self {
        let end = self.anchor();
        let mut shown: Vec<El> = Vec::new();
        follow(move || {
            let content = content();
            let stay = shown.iter().zip(&content).take_while(|(old, new)| old.0 == new.0).count();
            shown.drain(stay..).for_each(|old| old.0.remove());
            for new in content.into_iter().skip(stay) {
                insert(&end, &new);
                shown.push(new);
            }
        });
        self
    }

    /// Adds an element for each key. It stays for as long as its key is there.
    pub(super) fn each(
        self,
        keys: impl Fn() -> Vec<u32> + 'static,
        make: impl Fn(u32) -> El + 'static,
    ) -> Self {
        self.bind_each(Box::new(keys), Box::new(make))
    }

    fn bind_each(self, keys: Box<dyn Fn() -> Vec<u32>>, make: Box<dyn Fn(u32) -> El>) -> Self {
        let end = self.anchor();
        // Not the effect's own owner: that one is cleaned up before each run.
        let owner = Owner::current().unwrap_or_default();
        let mut shown: Vec<(u32, El, Owner)> = Vec::new();
        follow(move || {
            let keys = keys();
            shown.retain(|(key, old, owner)| {
                let stays = keys.contains(key);
                if !stays {
                    old.0.remove();
                    owner.cleanup();
                }
                stays
            });
            for (place, key) in keys.iter().enumerate() {
                match shown.iter().position(|shown| shown.0 == *key) {
                    Some(at) if at == place => continue,
                    Some(at) => {
                        let moved = shown.remove(at);
                        shown.insert(place, moved);
                    }
                    None => {
                        let owner = owner.child();
                        let new = owner.with(|| untrack(|| make(*key)));
                        shown.insert(place, (*key, new, owner));
                    }
                }
                let next = shown.get(place + 1).map(|next| Node::from(next.1.0.clone()));
                insert(next.as_ref().unwrap_or(&end), &shown[place].1);
            }
        });
        self
    }

    /// Handles an event.
    pub(super) fn on(self, event: &'static str, handle: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, handle);
        self
    }

    /// Takes the focus as soon as it is in the page.
    pub(super) fn focused(self) -> Self {
        let node = self.0.clone();
        queue_microtask(move || {
            if let Ok(node) = node.dyn_into::<web_sys::HtmlElement>() {
                node.focus().ok();
            }
        });
        self
    }

    fn append(&self, node: &Node) {
        // It cannot fail: a new node has no place yet.
        self.0.append_child(node).ok();
    }

    /// A node to insert before.
    fn anchor(&self) -> Node {
        let end: Node = document().create_comment("").into();
        self.append(&end);
        end
    }
}

fn insert(before: &Node, new: &El) {
    if let Some(parent) = before.parent_node() {
        parent.insert_before(&new.0, Some(before)).ok();
    }
}

/// Shows what `page` makes for as long as the page is open. Leptos owns it, and
/// renders no view of its own.
pub(super) fn mount(page: impl FnOnce() -> Vec<El> + 'static) {
    leptos::mount::mount_to_body(move || {
        if let Some(body) = document().body() {
            page().iter().for_each(|part| El(body.clone().into()).append(&part.0));
        }
    });
}

/// A button that does something.
pub(super) fn button(class: &str, press: impl Fn() + 'static) -> El {
    el("button", class).attr("type", "button").on("click", move |_| press())
}

/// A link.
pub(super) fn link(class: &str, to: &str) -> El {
    el("a", class).attr("href", to)
}

/// A length [CSS px], as style sheets write it.
pub(super) fn px(length: f64) -> String {
    [&fixed(length, 1), "px"].concat()
}

/// What a field holds.
pub(super) fn value_of(event: &Event) -> String {
    event_target::<web_sys::HtmlInputElement>(event).value()
}
