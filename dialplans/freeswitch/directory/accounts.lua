-- An agent's phone in the directory, in a browser or of its own. The engine puts its account into FreeSWITCH's memory:
--   hash insert/cordpair_accounts/ben@cordpair/<md5 of user:domain:password>
--   hash insert/cordpair_phones/105@cordpair/<the same>
-- Whoever is not there is looked for in the directory's files: nothing is answered here.

local BROWSERS = { accounts = "cordpair_accounts", profile = "cordpair-browsers" }
local PHONES = { accounts = "cordpair_phones", profile = "cordpair-phones" }

local function header(name)
  return params ~= nil and params:getHeader(name) or ""
end

-- Letters, digits and . _ - only: what is asked for becomes part of a command.
local function account(kind, user, domain)
  if #user > 64 or #domain > 255 or not user:match("^[%w._-]+$") or not domain:match("^[%w._-]+$") then
    return nil
  end
  local found = freeswitch.API():execute("hash", "select/" .. kind.accounts .. "/" .. user .. "@" .. domain)
  return found and found:match("^%x+$") and #found == 32 and found or nil
end

-- Who registers or calls must do so where such phones do: a browser's account is of no use from the network, and a desk
-- phone of the same name stays what it is.
local function find(user, domain)
  local proved = header("action") == "sip_auth"
  for _, kind in ipairs({ PHONES, BROWSERS }) do
    local proof = (not proved or header("sip_profile") == kind.profile) and account(kind, user, domain)
    if proof then
      return kind, proof
    end
  end
end

-- What a browser speaks is chosen for each call; other phones are called as those of the files.
local function codecs(kind)
  if kind ~= BROWSERS then
    return ""
  end
  local spoken = freeswitch.getGlobalVariable("cp_browser_codecs")
  if header("cp_video") == "true" then
    spoken = spoken .. "," .. freeswitch.getGlobalVariable("cp_browser_video")
  end
  return string.format('<param name="dial-var-absolute_codec_string" value="%s"/>', spoken)
end

local user, domain = header("user"), header("domain")
local kind, proof = find(user, domain)

if kind then
  XML_STRING = string.format([[
<document type="freeswitch/xml"><section name="directory"><domain name="%s"><users><user id="%s"><params>
<param name="a1-hash" value="%s"/>
<param name="dial-string" value="%ssofia/%s/${dialed_user}%%${dialed_domain}"/>
%s
</params></user></users></domain></section></document>]],
    domain, user, proof, freeswitch.getGlobalVariable("cp_to_phones"), kind.profile, codecs(kind))
end
