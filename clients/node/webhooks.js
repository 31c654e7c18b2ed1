/** Whether a call to a webhook is fal's. */

/** The headers of a webhook by name, a list of values each: from fetch's Headers, node's own, or any object. */
function webhookHeaders(headers) {
  const found = {};
  for (const [name, value] of typeof headers.entries === "function" ? headers.entries() : Object.entries(headers)) {
    if (name.toLowerCase().startsWith("x-fal-webhook-")) (found[name.toLowerCase()] ??= []).push(...[value].flat());
  }
  return found;
}

/** `body` is the raw body, as text or bytes. */
export async function verifyWebhook(request, headers, body, { maxAge } = {}) {
  let text = body;
  if (typeof body !== "string") {
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    } catch {
      return { valid: false, reason: "the body is not UTF-8" };
    }
  }
  const answer = await request("verify_webhook", { headers: webhookHeaders(headers), body: text, max_age: maxAge });
  const { request_id: requestId, ...rest } = answer;
  return requestId === undefined ? rest : { ...rest, requestId };
}
