"""Roundcube as one person uses it: a browser with a profile of its own, and what is
clicked there."""

import os
from contextlib import contextmanager

from selenium import webdriver  # Debian's, and so must be the Python that runs this
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from postroom_testing.server import password_of

PATIENCE = 30
# Each click comes when the page is there and has had the answer to the last.
AT_REST = """
    return document.readyState === 'complete' && window.rcmail !== undefined && !rcmail.busy
"""


class Webmail:
    def __init__(self, website, user, folder, port):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new",
            "--no-sandbox",  # which root can't have
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--remote-debugging-pipe",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
            "--window-size=1300,1000",
            f"--user-data-dir={folder}",
        ):
            options.add_argument(argument)
        environment = dict(os.environ, HOME=str(folder))
        service = Service("/usr/bin/chromedriver", port=port, env=environment)
        self.driver = webdriver.Chrome(service=service, options=options)
        self.url = website.url
        self.user = user

    def close(self):
        self.driver.quit()

    def picture(self, path):
        self.driver.save_screenshot(str(path))

    # Looking and clicking ---------------------------------------------------------

    def wait(self, what, condition):
        try:
            return WebDriverWait(
                self.driver, PATIENCE, 0.05, (StaleElementReferenceException,)
            ).until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"{self.user}'s page does not come to have {what}") from None

    def _shown(self, selector, text):
        for element in self.driver.find_elements(By.CSS_SELECTOR, selector):
            if element.is_displayed() and text in element.text:
                return element
        return None

    def find(self, selector, text=""):
        """The element, as soon as it is there, when the page is at rest."""
        self.wait("come to rest", lambda: self.driver.execute_script(AT_REST))
        return self.wait(f"{selector} {text}", lambda: self._shown(selector, text))

    def click(self, selector, text=""):
        self.find(selector, text).click()

    def type(self, selector, text):
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    @contextmanager
    def frame(self, selector):
        """What is found in it is found in the frame."""
        self.driver.switch_to.frame(self.find(selector))
        try:
            yield
        finally:
            self.driver.switch_to.default_content()

    # Roundcube -----------------------------------------------------------------------

    def log_in(self):
        self.driver.get(self.url)
        self.type("#rcmloginuser", self.user)
        self.type("#rcmloginpwd", password_of(self.user))
        self.click("#rcmloginsubmit")
        self.find("#mailboxlist")

    def open_settings(self):
        self.click("#layout-menu a.settings")
        self.click("#settings-menu a", "Folders")
        self.find("#subscription-table")

    def create_folder(self, name):
        self.click("#layout-content a.create")
        with self.frame("#preferences-frame"):
            self.type("input[name=_name]", name)
            self.click("button.submit")
        self.find("#subscription-table a", name)

    def open_folder_settings(self, name):
        self.click("#subscription-table a", name)
        with self.frame("#preferences-frame"):
            self.wait(
                f"the settings of {name}",
                lambda: self.find("input[name=_name]").get_property("value") == name,
            )

    def shared_with(self):
        with self.frame("#preferences-frame"):
            self.find("#acltable")
            names = self.driver.find_elements(By.CSS_SELECTOR, "#acltable tbody td.user")
            return [name.text for name in names]

    def ask_to_share_with(self, user):
        with self.frame("#preferences-frame"):
            self.click("#acllist-footer a.create")
        self.type("#acluser", user)
        self.click(".ui-dialog button.mainaction")

    def share_with(self, user):
        self.ask_to_share_with(user)
        with self.frame("#preferences-frame"):
            self.find("#acltable td.user", user)

    def share_no_more_with(self, user):
        with self.frame("#preferences-frame"):
            self.click("#acltable td.user", user)
            self.click("#acllist-footer a.actions")
            self.click("#acl-menu a.delete")
        self.click(".ui-dialog button.delete")
        with self.frame("#preferences-frame"):
            self.wait("one row less", lambda: not self._shown("#acltable td.user", user))

    def subscribe(self, name):
        row = self.find("#subscription-table a", name).find_element(By.XPATH, "..")
        row.find_element(By.CSS_SELECTOR, ":scope > .custom-switch label").click()
        self.find("#messagestack .confirmation", "subscribed")

    def open_mail(self):
        self.click("#layout-menu a.mail")
        self.find("#mailboxlist a", "Inbox")

    def folders(self):
        found = self.driver.find_elements(By.CSS_SELECTOR, "#mailboxlist a")
        return [folder.text for folder in found]

    def open_folder(self, name):
        self.click("#mailboxlist a", name)

    def open_message(self, subject):
        self.click("#messagelist td.subject", subject)

    def find_in_message(self, text):
        """What is there in place of the message may be another page than Roundcube's."""
        with self.frame("#messagecontframe"):
            self.wait(text, lambda: self._shown("body", text))

    def complaint(self):
        """What the page complains about; is clicked away."""
        message = self.find("#messagestack .error")
        text = message.text
        message.click()
        self.wait("no complaint", lambda: not self._shown("#messagestack .error", text))
        return text
