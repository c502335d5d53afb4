-- The body of one answer request, about as long as the harness sends it.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"stub","prompt":[' .. string.rep("151668,", 60) .. '151668],"max_tokens":512,"temperature":0.1,"top_p":0.95,"top_k":20,"min_p":0,"seed":1,"presence_penalty":0,"frequency_penalty":0,"repetition_penalty":1,"return_token_ids":true,"user":"1/gsm8k/1/0","stream":false}'
