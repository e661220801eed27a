// Sends back what it gets, the way it came: moved or copied.
onmessage = ({ data }) => postMessage(data.buffer, data.moved ? [data.buffer] : []);
