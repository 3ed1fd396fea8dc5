# SPDX-License-Identifier: Apache-2.0
"""page.py URL FOLDER: looks around in the page with a headless Chromium, as a person would, and
leaves screenshots in FOLDER. By the browsers' own protocol, WebDriver: it needs nothing else.
"""

import atexit
import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

REFRESH = "rust:method:Session.refresh:src/auth/login.rs"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, width=1200, height=900):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        # However this ends; it ignores what is gentler.
        atexit.register(self.driver.kill)
        for line in self.driver.stdout:
            if "successfully on port " in line:
                port = int(line.rsplit("on port ", 1)[1].strip().rstrip("."))
                break
        self.base = f"http://localhost:{port}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                            "--disable-dev-shm-usage", f"--window-size={width},{height}"]}
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/session/" + made["sessionId"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.read().decode()[:500]}") from None

    def go(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script):
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def text(self, selector="main"):
        return self.run(f"return document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def wait(self, text, selector="main"):
        for _ in range(600):
            if text in self.text(selector):
                return
            time.sleep(0.05)
        raise SystemExit(f"'{text}' never came; there is: {self.text(selector)[:1000]}")

    def click(self, selector):
        """In one step: what is there now may be replaced at any time."""
        for _ in range(600):
            if self.run(f"""const it = document.querySelector({json.dumps(selector)});
                    if (it) it.click();
                    return it !== null"""):
                return
            time.sleep(0.05)
        raise SystemExit(f"there is no {selector}: {self.text()[:1000]}")

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def type(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def shoot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def complaints(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def end(self):
        self.ask("DELETE", "")
        self.driver.kill()
        self.driver.wait()


def main():
    url, folder = sys.argv[1:]
    url = url.rstrip("/")
    browser = Browser()

    def shoot(name):
        browser.shoot(os.path.join(folder, name + ".png"))

    browser.go(url + "/")
    browser.wait("Most depended on")
    browser.wait("Session")
    browser.wait("generation 2 (two)", "#state")
    shoot("overview")

    browser.type("#query", "refr")
    browser.wait("Session.refresh", "#matches")
    shoot("search")
    browser.type("#query", "\ue007")
    browser.wait("self.age = 0;")
    browser.wait("Makes it new.")
    assert "src/auth/login.rs:6-9" in browser.text(), browser.text()
    shoot("code")

    browser.click("nav.tabs a:nth-child(2)")
    browser.wait("depends on it: 2")
    assert browser.run("return document.querySelectorAll('svg.graph path').length") >= 3
    shoot("graph")
    # Along an edge, and back.
    browser.run("""[...document.querySelectorAll('svg.graph a')].find((a) =>
        a.textContent.includes('login')).dispatchEvent(new MouseEvent('click', {bubbles: true}))""")
    browser.wait("login", "h1")
    browser.wait("it depends on:")
    browser.run("history.back()")
    browser.wait("Session.refresh", "h1")

    browser.click("nav.tabs a:nth-child(3)")
    browser.wait("login")
    browser.click("nav.tabs a:nth-child(5)")
    browser.wait("at step 1")
    browser.wait("step 2")
    shoot("impact")
    browser.click("nav.tabs a:nth-child(6)")
    browser.wait("generation 1, one")

    browser.go(url + "/#/history")
    browser.wait("generation 2, two")
    browser.click("main a")
    browser.wait("From generation 1 to 2", "h1")
    browser.wait("python:function:third:lib/tools.py")
    shoot("changes")

    # A name that several have: they are offered.
    browser.go(url + "/#/entity/twin")
    browser.wait("lib/twin.py")
    browser.click("main a")
    browser.wait("twin", "h1")
    assert browser.complaints() == [] or all("409" in text for text in browser.complaints())
    browser.end()

    narrow = Browser(width=500, height=800)
    narrow.go(f"{url}/#/entity/{REFRESH.replace('/', '%2F')}")
    narrow.wait("self.age = 0;")
    assert narrow.run("return document.documentElement.scrollWidth <= window.innerWidth")
    narrow.shoot(os.path.join(folder, "narrow.png"))
    narrow.end()
    print("all as it should be")


main()
