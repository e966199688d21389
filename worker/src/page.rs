pub(crate) fn open(_window: &web_sys::Window) {}
