// Package chromium opens one page in a headless Chromium and runs JavaScript in it,
// over the browser's own debugging protocol: all that the specs of the page need.
package chromium
