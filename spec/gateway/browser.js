// Drives the example gateway in headless Chromium, without JavaScript in its
// pages: browser.js ADDRESS PASSWORD STORY. Exits with 0 when the story went
// as told; prints why not.
const path = require("path");
const tools = path.join(__dirname, "../../build/tools/node_modules");
const { chromium } = require(path.join(tools, "playwright-core"));

const [address, password, story] = process.argv.slice(2);

const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

function expect(what, good) {
  if (!good) throw new Error(what);
}

async function text(page, selector) {
  return (await page.locator(selector).textContent()).trim();
}

// Fills the form of who has pressed BUY; leaves the page of the order.
async function order(page, way, amount) {
  await page.goto(`${address}/buy?ChID=ch-1001`);
  await page.fill("#amount", amount);
  await page.fill("#email", "ann@shop.example");
  await page.click(`input[value=${way}]`);
  await page.click("button");
  return page.url();
}

// The customer's phone: presses a button there, then looks at the order.
async function phone(page, label) {
  const url = page.url();
  await page.click("a.button");
  await page.click(`button:text-is("${label}")`);
  await page.goto(url);
}

async function says(page, words) {
  const said = await text(page, "[role=status]");
  expect(`the page says "${said}", not "${words}"`, said === words);
}

const stories = {
  async paid(page) {
    await order(page, "mobip", "25.00");
    await says(page, "Waiting for your payment");
    expect("there is a QR code", await page.locator("img.qr").isVisible());
    await phone(page, "Pay");
    await says(page, "Paid, and credited");
  },

  async mobilepay(page) {
    await order(page, "mobilepay", "30.00");
    await phone(page, "Accept");
    await says(page, "Paid, and credited");
  },

  async denied(page) {
    await order(page, "mobip", "25.00");
    await phone(page, "My bank says no");
    await says(page, "The payment was not made");
  },

  async rejected(page) {
    await order(page, "mobilepay", "30.00");
    await phone(page, "Reject");
    await says(page, "The payment was not made");
  },

  // the answer of the credit is lost: see the spec
  async lost(page) {
    const url = await order(page, "mobip", "40.00");
    await phone(page, "Pay");
    await says(page, "Paid; we are checking the credit");
    await page.goto(`${address}/operator`);
    const first = await text(page, "tbody tr:first-child .state");
    expect(`first comes ${first}`, first === "parked");
    await page.click('button:text-is("It was credited")');
    await page.goto(url);
    await says(page, "Paid, and credited");
  },

  async refund(page) {
    const url = await order(page, "mobip", "25.00");
    const pay = await page.locator("a.button").getAttribute("href");
    await phone(page, "Pay");
    await page.goto(pay);
    await page.click('button:text-is("The shop gives the money back")');
    await page.goto(url);
    await says(page, "Rolled back: your money was given back");
  },

  async undo(page) {
    const url = await order(page, "mobip", "26.00");
    await phone(page, "Pay");
    await page.goto(`${address}/operator`);
    await page.click('tr:has-text("26.00") button');
    await page.goto(url);
    await says(page, "Rolled back: your money was given back");
  },

  async twice(page) {
    await page.goto(`${address}/buy?ChID=ch-1001`);
    const form = { amount: "25.00", email: "ann@shop.example",
      method: "mobip" };
    for (const name of ["channel", "reference", "token"])
      form[name] = await page.getAttribute(`input[name=${name}]`, "value");
    const answers = await Promise.all([1, 2, 3].map(
      () => page.request.post(`${address}/orders`, { form })));
    for (const answer of answers)
      expect(`it ends at ${answer.url()}`,
        answer.ok() && answer.url().endsWith(form.reference));
  },

  async repeated(page) {
    const url = await order(page, "mobip", "25.00");
    await phone(page, "Pay");
    const hint = url.replace("/orders/", "/callbacks/mobip/");
    for (let i = 0; i < 3; i++) {
      const answer = await page.request.get(`${hint}?resp_code=PROCESSED`);
      expect(`a repetition is answered ${answer.status()}`, answer.ok());
    }
    await page.goto(url);
    await says(page, "Paid, and credited");
  },

  async forged(page) {
    const url = await order(page, "mobip", "25.00");
    const hint = url.replace("/orders/", "/callbacks/mobip/");
    await page.request.get(`${hint}?resp_code=PROCESSED`);
    await page.goto(url);
    await says(page, "Waiting for your payment");
    const phoned = await order(page, "mobilepay", "30.00");
    const told = phoned.replace("/orders/", "/callbacks/mobilepay/");
    const answer = await page.request.post(told, {
      data: { agreement_id: "x", status: "Accepted" },
      headers: { authorization: "Basic bm86Ym9keQ==" },
    });
    expect(`a forgery is answered ${answer.status()}`, answer.status() === 401);
  },

  async foreign(page) {
    await page.goto(`${address}/buy?ChID=ch-1001`);
    const reference = await page.getAttribute("input[name=reference]", "value");
    const form = { reference, channel: "ch-1001", amount: "25.00",
      email: "ann@shop.example", method: "mobip", token: "x" };
    const answer = await page.request.post(`${address}/orders`, { form });
    expect(`without a token: ${answer.status()}`, answer.status() === 403);
  },

  async mistaken(page) {
    await page.goto(`${address}/buy?ChID=ch-1001`);
    await page.fill("#amount", '"><b id=x>5</b>');
    await page.fill("#email", "ann@shop.example");
    await page.click("button");
    const alert = await text(page, "[role=alert]");
    expect(`it says ${alert}`, alert.startsWith("An amount is a number"));
    expect("what was typed is text", await page.locator("#x").count() === 0);
    const typed = await page.inputValue("#amount");
    expect("what was typed is kept", typed === '"><b id=x>5</b>');
  },

  async stranger(page, browser) {
    const other = await browser.newPage({ javaScriptEnabled: false });
    const answer = await other.goto(`${address}/operator`)
      .catch((error) => ({ status: () => String(error) }));
    const status = answer.status();
    expect(`the operator's page: ${status}`,
      status === 401 || /INVALID_AUTH/.test(status));
  },
};

(async () => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium", args: QUIET,
  });
  const page = await browser.newPage({
    javaScriptEnabled: false,
    httpCredentials: { username: "operator", password },
  });
  page.setDefaultTimeout(10000);
  let code = 0;
  try {
    await stories[story](page, browser);
  } catch (error) {
    console.log(`${story}: ${error.message}`);
    console.log(await page.content().catch(() => ""));
    code = 1;
  }
  await browser.close();
  process.exit(code);
})();
