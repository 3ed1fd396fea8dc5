// SPDX-License-Identifier: Apache-2.0
//
// The page that a browser is shown: three files, which are part of the program.

import Codec

enum Page {
    static let endpoints: [Endpoint] = [
        file("/", "a page to look around", .html, PackageResources.page_html),
        file("/page.css", "how the page looks", .style, PackageResources.page_css),
        file("/page.js", "what the page does", .script, PackageResources.page_js),
    ]

    /// Nothing but its own, from here: what is in a store is text to it.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static func file(
        _ path: String, _ summary: String, _ type: ContentType, _ bytes: [UInt8]
    ) -> Endpoint {
        let body = ByteBuffer(capacity: bytes.count)
        bytes.withUnsafeBytes { body.append($0) }
        let file = Unchanging(body: body)
        return Endpoint(
            path: path,
            action: .own { _, _ in
                HTTPReply(
                    200, type, .bytes(file.body),
                    fields: [
                        ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
                        ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
                    ])
            }, cost: .lookUp, summary: summary, shape: "", isAPI: false)
    }

    /// `@unchecked Sendable`: nobody writes to it any more.
    private struct Unchanging: @unchecked Sendable {
        let body: ByteBuffer
    }
}
