-- An agent's browser phone in the directory. The engine puts its account into FreeSWITCH's memory:
--   hash insert/cordpair_accounts/ben@cordpair/<md5 of user:domain:password>
-- Whoever is not there is looked for in the directory's files: nothing is answered here.

local PROFILE = "cordpair-browsers"

local function header(name)
  return params ~= nil and params:getHeader(name) or ""
end

-- Letters, digits and . _ - only: what is asked for becomes part of a command.
local function account(user, domain)
  if #user > 64 or #domain > 255 or not user:match("^[%w._-]+$") or not domain:match("^[%w._-]+$") then
    return nil
  end
  local found = freeswitch.API():execute("hash", "select/cordpair_accounts/" .. user .. "@" .. domain)
  return found and found:match("^%x+$") and #found == 32 and found or nil
end

local user, domain = header("user"), header("domain")
-- Who registers or calls must do so behind Cordpair's door; a desk phone of the same name stays what it is.
local elsewhere = header("action") == "sip_auth" and header("sip_profile") ~= PROFILE
local proof = not elsewhere and account(user, domain)

if proof then
  local codecs = freeswitch.getGlobalVariable("cp_browser_codecs")
  if header("cp_video") == "true" then
    codecs = codecs .. "," .. freeswitch.getGlobalVariable("cp_browser_video")
  end
  XML_STRING = string.format([[
<document type="freeswitch/xml"><section name="directory"><domain name="%s"><users><user id="%s"><params>
<param name="a1-hash" value="%s"/>
<param name="dial-string" value="%ssofia/%s/${dialed_user}%%${dialed_domain}"/>
<param name="dial-var-absolute_codec_string" value="%s"/>
</params></user></users></domain></section></document>]],
    domain, user, proof, freeswitch.getGlobalVariable("cp_to_phones"), PROFILE, codecs)
end
